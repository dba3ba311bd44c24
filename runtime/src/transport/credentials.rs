//! Controls when a browser sends its cookies: [`RequestCredentials`].

/// The origins to which a browser sends its own cookies, and whose response cookies it stores. The variants are named
/// as in the [Fetch standard](https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
///
/// Set this value with [`ClientBuilder::credentials`](crate::ClientBuilder::credentials). The value has no effect
/// outside a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestCredentials {
    /// The browser sends cookies to every origin. A server whose origin differs from the page's origin must allow
    /// cookies. That server's responses need `Access-Control-Allow-Credentials: true`, and
    /// `Access-Control-Allow-Origin` must name the page's origin.
    Include,
    /// The browser sends cookies only to the page's origin.
    #[default]
    SameOrigin,
    /// The browser never sends cookies.
    Omit,
}
