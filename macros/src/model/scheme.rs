//! Defines the authentication scheme, which precedes the access token in the request header.

#[derive(Debug)]
pub(crate) enum Scheme {
    Named(String),
    None,
}
