//! Controls when a browser sends its cookies: [`RequestCredentials`].

/// The origins to which a browser sends its own cookies, and whose response cookies it stores. The variants have the
/// names from the [Fetch standard](https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
///
/// Set this value with [`ClientBuilder::credentials`](crate::ClientBuilder::credentials). The value has no effect
/// outside a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestCredentials {
    /// The browser sends cookies to every origin. A server at a different origin than the page must allow cookies. That
    /// server's responses need `Access-Control-Allow-Credentials: true`, and `Access-Control-Allow-Origin` must name
    /// the origin of the page.
    Include,
    /// The browser sends cookies only to the page's origin.
    #[default]
    SameOrigin,
    /// The browser never sends cookies.
    Omit,
}
