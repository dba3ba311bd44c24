//! [`Server::discover`] requests the metadata of an authorization server.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderValue;
use http::header::ACCEPT;

use super::authorization_error::{unavailable, unavailable_by};
use super::endpoint_url::{PlainHttp, endpoint_url};
use super::metadata::Metadata;
use super::server::{Server, upstream};
use crate::error::{Error, Kind, Result};
use crate::platform::deadline::within;
use crate::platform::url::Url;
use crate::refresh::token_request::{NoResponse, ask};
use crate::request::declared::Declared;
use crate::request::prepared::Prepared;
use crate::session::Boxed;
use crate::trace::SendSpans;
use crate::transport::transport::Transport;
use crate::transport::upstream::Upstream;

/// The time limit for reading one metadata document.
const DEADLINE: Duration = Duration::from_secs(5);

impl Server {
    /// Requests the server's endpoints. `issuer` is the server's issuer identifier, such as `https://id.example` or
    /// `https://id.example/realms/shop`. The returned [`Server`] is never updated, so call `discover` once and clone
    /// the result.
    ///
    /// The metadata is first requested as RFC 8414 defines, with `/.well-known/oauth-authorization-server` inserted
    /// before the issuer's path. If this request fails, the metadata is requested as `OpenID` Connect Discovery
    /// defines, with `/.well-known/openid-configuration` appended to the issuer's path. Redirects are not followed.
    /// Each request times out after 5 s, and a document must not exceed 64 KiB. The issuer in the metadata document
    /// must match `issuer` exactly.
    ///
    /// ```no_run
    /// # async fn example() -> afresh::Result<()> {
    /// use afresh::oauth2::Server;
    ///
    /// let server = Server::discover("https://id.example").await?;
    /// let app = server.client("my-cli").scope("orders offline_access");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`is_login_unavailable`](Error::is_login_unavailable): no metadata was found, or the server is unreachable.
    /// - [`is_builder`](Error::is_builder): `issuer` is not an https URL. Plain http is accepted only for a loopback
    ///   host.
    /// - If neither `is_login_unavailable` nor `is_builder` returns `true`, the metadata document is invalid or names a
    ///   different issuer. If the issuers differ, the error message contains both issuers.
    pub fn discover(issuer: impl Into<String>) -> Discovery {
        Discovery { issuer: issuer.into(), http: None, running: None }
    }
}

/// A future that requests an authorization server's metadata. Awaiting a `Discovery` returns a [`Server`]. With the
/// feature `blocking`, code that is not async can call `wait()` instead of awaiting the `Discovery`.
///
/// ```no_run
/// # async fn example(client: reqwest::Client) -> afresh::Result<()> {
/// use afresh::oauth2::Server;
///
/// let server = Server::discover("https://id.example").http(client).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "the metadata is requested only when this value is awaited"]
pub struct Discovery {
    issuer: String,
    http: Option<Transport>,
    running: Option<Boxed<'static, Result<Server>>>,
}

impl Discovery {
    /// Sets the reqwest client for all requests, including login requests: see [`Server::http`].
    #[cfg(not(target_family = "wasm"))]
    pub fn http(mut self, client: reqwest::Client) -> Self {
        self.http = Some(Transport::given(client));
        self
    }

    /// Blocks the thread until the server has responded. See [`Pending::wait`](crate::Pending::wait).
    ///
    /// # Panics
    ///
    /// Panics in async code. In async code, await the `Discovery` instead.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Server::discover`].
    #[cfg(all(feature = "blocking", not(target_family = "wasm")))]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    #[track_caller]
    pub fn wait(self) -> Result<Server> {
        crate::platform::background::block_on(self).map_err(Error::no_runtime)?
    }
}

impl Future for Discovery {
    type Output = Result<Server>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { issuer, http, running } = self.get_mut();
        let start =
            || -> Boxed<'static, Result<Server>> { Box::pin(discover(std::mem::take(issuer), http.take())) };
        running.get_or_insert_with(start).as_mut().poll(context)
    }
}

impl fmt::Debug for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discovery").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

async fn discover(issuer: String, http: Option<Transport>) -> Result<Server> {
    let url = issuer_url(&issuer)?;
    let upstream = upstream(http.as_ref(), &url)?;
    let mut errors = Vec::new();
    for document in documents(&url) {
        match fetch(&upstream, &document).await.and_then(|body| Metadata::read(&issuer, &body)) {
            Ok(metadata) => return Ok(Server { metadata, http }),
            // If the first metadata document is invalid or missing, the second document can still be valid.
            Err(error) => errors.push(error),
        }
    }
    Err(most_helpful(&issuer, errors))
}

/// An error about an invalid document is more helpful than an error about a missing document.
fn most_helpful(issuer: &str, errors: Vec<Error>) -> Error {
    if let Some(error) = errors.iter().find(|error| error.kind() != Kind::LoginUnavailable) {
        return error.clone();
    }
    let texts: Vec<_> = errors.iter().map(Error::to_string).collect();
    let error = unavailable(format!(
        "no metadata was found for the authorization server `{issuer}`: {}. Check the issuer, or try again later",
        texts.join("; ")
    ));
    match errors.into_iter().next_back() {
        Some(last) => error.with_source(last),
        None => error,
    }
}

/// Parses the issuer. RFC 8414 §2 requires an issuer URL without a query or fragment.
fn issuer_url(issuer: &str) -> Result<Url> {
    let url = endpoint_url(issuer, "the issuer", PlainHttp::Refused("Use https"))?;
    if url.query().is_some() {
        return Err(Error::builder("the issuer must not have a query"));
    }
    Ok(url)
}

/// Returns the two URLs where a server can publish its metadata. RFC 8414 §3.1 inserts the well-known path before the
/// issuer's path. `OpenID` Connect Discovery §4.1 appends the well-known path to the issuer's path.
fn documents(issuer: &Url) -> [Url; 2] {
    let path = issuer.path().trim_end_matches('/');
    let at = |path: &str| {
        let mut url = issuer.clone();
        url.set_path(path);
        url
    };
    [
        at(&format!("/.well-known/oauth-authorization-server{path}")),
        at(&format!("{path}/.well-known/openid-configuration")),
    ]
}

async fn fetch(upstream: &Upstream, url: &Url) -> Result<bytes::Bytes> {
    let mut request = Prepared::Declared(Box::new(Declared {
        verb: "GET",
        absolute_url: Some(Box::new(url.clone())),
        headers: vec![(ACCEPT, HeaderValue::from_static("application/json"))],
        ..Declared::default()
    }));
    let spans = SendSpans::new(None);
    let asked = pin!(ask(upstream, &mut request, None, &spans));
    let path = url.path();
    match within(DEADLINE, asked).await {
        Some(Ok(answer)) if answer.status.is_success() => Ok(answer.body),
        Some(Ok(answer)) => Err(unavailable(format!("`{path}` answered {}", answer.status))),
        Some(Err(NoResponse::Final(error) | NoResponse::Unsent(error) | NoResponse::Unanswered(error))) => {
            Err(unavailable_by(format!("`{path}` cannot be read ({error})"), error))
        }
        None => Err(unavailable(format!("the server did not respond to the request for `{path}` in time"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(issuer: &str) -> [String; 2] {
        documents(&issuer_url(issuer).unwrap()).map(|url| url.to_string())
    }

    /// Tests the URLs that RFC 8414 §3.1 and `OpenID` Connect Discovery §4.1 define.
    #[test]
    fn the_path_of_an_issuer_is_kept() {
        let root = [
            "https://id.example/.well-known/oauth-authorization-server",
            "https://id.example/.well-known/openid-configuration",
        ];
        assert_eq!(places("https://id.example"), root);
        assert_eq!(places("https://id.example/"), root);
        let realm = [
            "https://id.example/.well-known/oauth-authorization-server/realms/shop",
            "https://id.example/realms/shop/.well-known/openid-configuration",
        ];
        assert_eq!(places("https://id.example/realms/shop"), realm);
        assert_eq!(places("https://id.example/realms/shop/"), realm);
    }

    #[test]
    fn an_issuer_is_https_and_has_no_query_and_no_fragment() {
        for issuer in [
            "http://id.example",
            "https://id.example?a=b",
            "https://id.example#a",
            "id.example",
            "https://a:b@id.example",
        ] {
            assert!(issuer_url(issuer).is_err_and(|error| error.is_builder()), "{issuer}");
        }
        assert!(issuer_url("http://127.0.0.1:8080").is_ok());
    }
}
