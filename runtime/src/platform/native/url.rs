//! Parses URLs with the `url` crate.

pub(crate) use url::{ParseError, Url};

use url::{Host, Position};

/// Returns the part of the URL before the path: scheme, user, host and port.
pub(crate) fn before_path(url: &Url) -> &str {
    &url[..Position::BeforePath]
}

/// Returns the URL's origin (RFC 6454), or `null` if the URL's scheme has no origin.
pub(crate) fn ascii_origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Returns `host` in the form that the URL parser produces, or `None` if `host` is not valid.
pub(crate) fn canonical_host(host: &str) -> Option<String> {
    Host::parse(host).ok().map(|host| host.to_string())
}

/// Removes the user name, the password and the fragment, none of which may appear in a request.
pub(crate) fn remove_user_and_fragment(url: &mut Url) {
    url.set_fragment(None);
    // Removing the user name and the password fails only for URLs without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}
