//! HEADER

/// What precedes the access token in its header.
#[derive(Debug)]
pub(crate) enum Scheme {
    Named(String),
    None,
}
