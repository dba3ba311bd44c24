//! When a browser sends its cookies: [`RequestCredentials`].

/// To which origins a browser sends its own cookies, and from which it stores those that an answer sets. The names are
/// those of the [Fetch standard](https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
///
/// Set it with [`ClientBuilder::credentials`](crate::ClientBuilder::credentials). Outside of a browser it has no effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestCredentials {
    /// To every origin. A server at another origin than the page must allow it: its answers need
    /// `Access-Control-Allow-Credentials: true`, and `Access-Control-Allow-Origin` must name the origin of the page.
    Include,
    /// To the origin of the page only.
    #[default]
    SameOrigin,
    /// To no origin.
    Omit,
}
