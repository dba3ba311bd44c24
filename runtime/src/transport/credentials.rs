//! [`RequestCredentials`] controls when a browser sends cookies.

/// Determines the origins to which a browser sends cookies and from which it stores cookies. The variants are named as
/// in the [Fetch standard](https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
///
/// Pass a `RequestCredentials` to [`ClientBuilder::credentials`](crate::ClientBuilder::credentials). A
/// `RequestCredentials` value has no effect outside a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestCredentials {
    /// The browser sends cookies to every origin. If the server's origin differs from the page's origin, the server
    /// must allow cookies. To allow cookies, a response must contain `Access-Control-Allow-Credentials: true` and name
    /// the page's origin in `Access-Control-Allow-Origin`.
    Include,
    /// The browser sends cookies only to the page's origin.
    #[default]
    SameOrigin,
    /// The browser never sends cookies.
    Omit,
}
