//! The builder settings that control which origins may receive credentials, bodies and headers.

use std::sync::Arc;

use super::api::Api;
use super::builder::ClientBuilder;
use crate::error::{Error, Result};
use crate::format::loopback::is_loopback;
use crate::platform::url::Url;
use crate::transport::followed_origin::{EXPOSED, FollowedOrigin};
use crate::transport::origin::Origin;

impl<C: Api> ClientBuilder<C> {
    /// Allows plain `http` requests to hosts other than the local machine. Over plain `http`, every machine on the
    /// network path can read the tokens.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Allows a call's body, its header arguments and the [default headers](Self::header) to be sent to the given
    /// origins after a redirect. An allowed origin never receives the credential, cookies, or headers whose value is
    /// [marked as sensitive](http::HeaderValue::set_sensitive). Login, refresh and logout requests are never redirected
    /// to another origin. By default, only the API's own origin is allowed. A redirect to an origin that is not allowed
    /// is followed without the body and headers. If a redirect to an origin that is not allowed requires the body to be
    /// sent again (307 or 308), the call fails with an error that names the origin.
    ///
    /// ```
    /// use afresh::Client;
    ///
    /// let client = Client::builder("https://shop.example").follow_to(["https://files.example"]).build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn follow_to<O: AsRef<str>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        for origin in origins {
            match FollowedOrigin::parse(origin.as_ref()) {
                Ok(origin) => self.follow_to.push(origin),
                Err(text) => self.fail(text),
            }
        }
        self
    }

    pub(super) fn origins_to_follow(&mut self) -> Result<Arc<[Origin]>> {
        let origins = std::mem::take(&mut self.follow_to);
        if origins.iter().any(|origin| origin.is_exposed) && !self.allow_http {
            return Err(Error::builder(EXPOSED));
        }
        Ok(origins.into_iter().map(|followed| followed.origin).collect())
    }

    fn is_http_allowed(&self, url: &Url) -> bool {
        self.allow_http || is_loopback(url)
    }

    pub(super) fn check_base(&self, url: &Url) -> Result<()> {
        let wrong = match url.scheme() {
            "https" => None,
            "http" if self.is_http_allowed(url) => None,
            "http" => Some(
                "the base URL uses plain http for a host that is not loopback. Use https, or call `allow_http` on a trusted network",
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
