//! [`CallInfo`] lets a tower layer identify the call that a request belongs to.

use std::fmt;
#[cfg(not(target_family = "wasm"))]
use std::{mem::replace, sync::LazyLock};

#[cfg(not(target_family = "wasm"))]
use http::{Extensions, Method};

use crate::declaration::endpoint::{Endpoint, Role};
use crate::platform::messages::Request;
#[cfg(not(target_family = "wasm"))]
use crate::platform::url::Url;

/// Describes the call to which a request belongs, for the layers of a [`transport`](crate::ClientBuilder::transport). A
/// `CallInfo` contains the name of the called method, the kind of call and the attempt number.
///
/// Each request that the runtime passes to a tower service has a `CallInfo` extension. A `reqwest::Request` does not
/// expose its extensions, so call [`CallInfo::of`] to read the `CallInfo`. [`CallInfo::of`] requires `&mut`, so a layer
/// that has only `&Request` cannot read the `CallInfo`. Requests sent through a plain `reqwest::Client` or
/// `HyperTransport` have no `CallInfo`.
///
/// ```
/// use afresh::{CallInfo, CallKind, Client};
/// use tower::Layer;
///
/// let service = tower::service_fn(|mut request: reqwest::Request| async move {
///     let info = CallInfo::of(&mut request);
///     if info.is_some_and(|info| info.kind() == CallKind::Refresh) { /* no limit */ }
///     http::Response::builder().status(200).body("").map(reqwest::Response::from)
/// });
/// let client = Client::builder("https://shop.example").transport(service).build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct CallInfo {
    /// The declaration of the called trait method, or `None` for hand-written requests and OAuth grants.
    pub(crate) endpoint: Option<&'static Endpoint>,
    pub(crate) kind: CallKind,
    pub(crate) retries: u32,
}

/// The purpose of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallKind {
    /// An ordinary method call, a request for a page of a list, or a hand-written request.
    Ordinary,
    /// A call to a `#[login]` method.
    Login,
    /// A refresh by a `#[refresh]` method or an OAuth grant.
    Refresh,
    /// A call to a `#[logout]` method.
    Logout,
    /// A request that revokes a token (RFC 7009).
    Revocation,
}

impl CallInfo {
    /// Returns the `CallInfo` of `request`, or `None` if the request does not come from the runtime.
    #[cfg(not(target_family = "wasm"))]
    #[must_use]
    pub fn of(request: &mut Request) -> Option<Self> {
        with_extensions(request, |extensions| extensions.get::<Self>().copied()).flatten()
    }

    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    pub fn of<R: crate::platform::absent::TowerLayers>(_: &mut R) -> Option<Self> {
        None
    }

    /// Returns the name of the called method, such as `"Shop::order"`. Returns `None` for hand-written requests and
    /// OAuth grants.
    #[must_use]
    pub fn method(&self) -> Option<&'static str> {
        self.endpoint.map(|endpoint| endpoint.name)
    }

    /// Returns the declared path, such as `"/orders/{id}"`. The path includes the path prefix that the trait declares,
    /// if any. Returns `None` for hand-written requests and OAuth grants.
    #[must_use]
    pub fn template(&self) -> Option<&'static str> {
        self.endpoint.and_then(|endpoint| endpoint.template.or(endpoint.path.first().copied()))
    }

    /// Returns the purpose of the request.
    #[must_use]
    pub fn kind(&self) -> CallKind {
        self.kind
    }

    /// Returns the number of the current [attempt](crate::Retry), starting at 1. A redirect or a second send after a
    /// refresh does not start a new attempt.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.retries + 1
    }

    pub(crate) const fn of_kind(kind: CallKind) -> Self {
        Self { endpoint: None, kind, retries: 0 }
    }

    pub(crate) fn of_method(endpoint: &'static Endpoint) -> Self {
        let kind = match endpoint.role {
            Role::Ordinary | Role::Public => CallKind::Ordinary,
            Role::Login => CallKind::Login,
            Role::Refresh => CallKind::Refresh,
            Role::Logout => CallKind::Logout,
        };
        Self { endpoint: Some(endpoint), kind, retries: 0 }
    }

    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn attach(self, request: &mut Request) {
        with_extensions(request, |extensions| extensions.insert(self));
    }

    /// Does nothing in a browser, where no tower service can read a `CallInfo`.
    #[cfg(target_family = "wasm")]
    pub(crate) fn attach(self, _: &mut Request) {}
}

impl Default for CallInfo {
    fn default() -> Self {
        Self::of_kind(CallKind::Ordinary)
    }
}

#[expect(clippy::missing_fields_in_debug, reason = "shows the values that the public methods return")]
impl fmt::Debug for CallInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallInfo")
            .field("method", &self.method())
            .field("template", &self.template())
            .field("kind", &self.kind)
            .field("attempt", &self.attempt())
            .finish()
    }
}

/// Passes the extensions of a request to `look`. Because reqwest does not expose the extensions, `with_extensions`
/// converts the request to an `http::Request` and back.
///
/// The conversion to an `http::Request` rejects long URLs, drops fragments, turns an absent body into an empty body,
/// and loses the timeout. The URL, the body and the timeout are removed before the conversion and restored afterwards.
/// Returns the result of `look`, or `None` if the request cannot be converted.
#[cfg(not(target_family = "wasm"))]
fn with_extensions<T>(request: &mut Request, look: impl FnOnce(&mut Extensions) -> T) -> Option<T> {
    // The conversion to an `http::Request` parses the URL. Parsing the host takes a third fewer instructions if the
    // URL's scheme is not `http`.
    static PLACEHOLDER: LazyLock<Option<Url>> = LazyLock::new(|| Url::parse("a://b").ok());
    let placeholder = PLACEHOLDER.as_ref()?;
    let mut taken = replace(request, Request::new(Method::GET, placeholder.clone()));
    let url = replace(taken.url_mut(), placeholder.clone());
    let (body, timeout) = (taken.body_mut().take(), taken.timeout().copied());
    let seen = http::Request::<reqwest::Body>::try_from(taken).ok().and_then(|mut converted| {
        let seen = look(converted.extensions_mut());
        *request = Request::try_from(converted).ok()?;
        Some(seen)
    });
    *request.url_mut() = url;
    *request.body_mut() = body;
    *request.timeout_mut() = timeout;
    seen
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Version;

    use super::*;

    fn request(url: &str) -> Request {
        let mut request = Request::new(Method::POST, url.parse().unwrap());
        request.headers_mut().append("x-a", "1".parse().unwrap());
        request.headers_mut().append("x-a", "2".parse().unwrap());
        request
    }

    #[test]
    fn nothing_of_a_request_is_lost_on_the_way() {
        let long = format!("https://shop.test/{}?q=1#fragment", "a".repeat(70_000));
        for url in ["https://shop.test/a?b=c#d", "http://[::1]:8080/%2F", &long] {
            for body in [None, Some(""), Some("order")] {
                let mut request = request(url);
                *request.body_mut() = body.map(Into::into);
                *request.timeout_mut() = Some(Duration::from_secs(3));
                *request.version_mut() = Version::HTTP_2;
                CallInfo::of_kind(CallKind::Revocation).attach(&mut request);
                let info = CallInfo::of(&mut request).unwrap();
                assert_eq!(
                    (info.kind(), info.attempt(), info.method()),
                    (CallKind::Revocation, 1, None),
                    "kind, attempt and method"
                );
                assert_eq!((request.method(), request.url().as_str()), (&Method::POST, url));
                assert_eq!(request.timeout(), Some(&Duration::from_secs(3)));
                assert_eq!(request.version(), Version::HTTP_2);
                let values: Vec<_> = request.headers().get_all("x-a").iter().collect();
                assert_eq!(values, ["1", "2"]);
                let sent = request.body().map(|body| body.as_bytes().unwrap());
                assert_eq!(sent, body.map(str::as_bytes));
            }
        }
    }

    #[test]
    fn a_request_from_elsewhere_has_no_call() {
        assert!(CallInfo::of(&mut request("https://shop.test/a")).is_none());
    }
}
