//! Defines the authentication scheme, which precedes the access token in the header.

#[derive(Debug)]
pub(crate) enum Scheme {
    Named(String),
    None,
}
