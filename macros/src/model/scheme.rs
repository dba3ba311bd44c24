//! The authentication scheme that is sent before the access token.

#[derive(Debug)]
pub(crate) enum Scheme {
    Named(String),
    None,
}
