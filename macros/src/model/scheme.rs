//! The authentication scheme in the token header.

/// The authentication scheme before the access token.
#[derive(Debug)]
pub(crate) enum Scheme {
    Named(String),
    None,
}
