//! The settings of a builder that say which addresses may see what.

use std::sync::Arc;

use url::{Position, Url};

use super::api::Api;
use super::builder::ClientBuilder;
use crate::error::{Error, Result};
use crate::format::loopback::is_loopback;
use crate::transport::origin::Origin;

impl<C: Api> ClientBuilder<C> {
    /// Allows plain `http` to a host that is not this machine. Anyone on the network path can then read the tokens.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Allows a redirect to these other origins to include what the user gave: the body of a call, header arguments and
    /// [default headers](Self::header). The credential and cookies never go there, nor do headers whose value is
    /// [marked as sensitive](http::HeaderValue::set_sensitive). Login, refresh and logout are never redirected to another
    /// origin. Default: none. A redirect to any other origin is followed without all of these, and one that asks for the
    /// body (307 and 308) is an error that names the origin.
    ///
    /// ```
    /// use afresh::Client;
    ///
    /// let client = Client::builder("https://shop.example").follow_to(["https://files.example"]).build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn follow_to<O: AsRef<str>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        for origin in origins {
            match Url::parse(origin.as_ref()) {
                Ok(url) => self.follow_to.push(url),
                Err(_) => self.fail("an origin in `follow_to` is not a valid URL"),
            }
        }
        self
    }

    pub(super) fn origins_to_follow(&self) -> Result<Arc<[Origin]>> {
        for url in &self.follow_to {
            let wrong = match url.scheme() {
                "https" => None,
                "http" if self.is_http_allowed(url) => None,
                "http" => Some(
                    "an origin in `follow_to` is plain http to another machine: use https, or call `allow_http`",
                ),
                _ => Some("an origin in `follow_to` is neither https nor http"),
            };
            let is_origin = url[Position::BeforePath..].trim_start_matches('/').is_empty()
                && url[Position::BeforeUsername..Position::BeforeHost].is_empty();
            let wrong = wrong
                .or((!is_origin).then_some("an origin in `follow_to` has more than scheme, host and port"));
            wrong.map_or(Ok(()), |text| Err(Error::builder(text)))?;
        }
        Ok(self.follow_to.iter().map(Origin::of).collect())
    }

    fn is_http_allowed(&self, url: &Url) -> bool {
        self.allow_http || is_loopback(url)
    }

    pub(super) fn check_base(&self, url: &Url) -> Result<()> {
        let wrong = match url.scheme() {
            "https" => None,
            "http" if self.is_http_allowed(url) => None,
            "http" => Some(
                "the base URL is plain http on a host that is not loopback. Use https, or call `allow_http` in a trusted network",
            ),
            _ => Some("the base URL must be an https URL"),
        };
        let wrong = wrong.or_else(|| {
            let has_user = !url.username().is_empty() || url.password().is_some();
            has_user.then_some("the base URL must not contain a user name or a password")
        });
        let wrong = wrong.or_else(|| {
            let has_more = url.query().is_some() || url.fragment().is_some();
            has_more.then_some("the base URL must not have a query or a fragment")
        });
        wrong.map_or(Ok(()), |text| Err(Error::builder(text)))
    }
}
