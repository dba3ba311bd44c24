//! Checks that secrets can be sent safely to an authorization server's endpoint URLs.

use crate::error::{Error, Result};
use crate::format::loopback::is_loopback;
use crate::platform::url::Url;

/// Whether an endpoint that is not on a loopback host may use plain http.
#[derive(Clone, Copy)]
pub(super) enum PlainHttp {
    Allowed,
    /// Plain http is not allowed, and the error message contains the given advice.
    Refused(&'static str),
}

/// Parses and checks the URL of an endpoint that receives secrets. `which` names the endpoint in error messages.
pub(super) fn endpoint_url(url: &str, which: &str, plain_http: PlainHttp) -> Result<Url> {
    let refuse = |what: &str| Err(Error::builder(format!("{which} {what}")));
    let Ok(url) = Url::parse(url) else { return refuse("is not a URL") };
    match (url.scheme(), plain_http) {
        ("https", _) | ("http", PlainHttp::Allowed) => {}
        ("http", _) if is_loopback(&url) => {}
        ("http", PlainHttp::Refused(advice)) => {
            return refuse(&format!("uses plain http on a host that is not a loopback host. {advice}"));
        }
        _ => return refuse("must be an https URL"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not contain a user name or a password");
    }
    // RFC 6749 §3.2 allows a query in an endpoint URL but forbids a fragment.
    if url.fragment().is_some() {
        return refuse("must not have a fragment");
    }
    Ok(url)
}
