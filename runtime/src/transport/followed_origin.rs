//! [`FollowedOrigin`] is an origin that may receive bodies and headers after a redirect.

use super::origin::Origin;
use crate::format::loopback::is_loopback;
use crate::platform::url::Url;

pub(crate) struct FollowedOrigin {
    pub(crate) origin: Origin,
    /// Whether the origin uses plain `http` on another machine, which requires `allow_http`.
    pub(crate) is_exposed: bool,
}

/// The error message for an origin that uses plain `http` on another machine without `allow_http`.
pub(crate) const EXPOSED: &str =
    "an origin in `follow_to` uses plain http to another machine. Use https, or call `allow_http`";

impl FollowedOrigin {
    /// Parses an origin. The error message does not contain the URL.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(
            |_| "an origin in `follow_to` is not a valid URL. Use an origin such as `https://files.example`",
        )?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err("an origin in `follow_to` is neither https nor http. Use https");
        }
        let has_user = !url.username().is_empty() || url.password().is_some();
        let has_more = url.query().is_some() || url.fragment().is_some();
        let is_origin = url.path().trim_start_matches('/').is_empty() && !has_user && !has_more;
        if !is_origin {
            return Err("an origin in `follow_to` must consist of only a scheme, a host and a port");
        }
        Ok(Self { origin: Origin::of(&url), is_exposed: url.scheme() == "http" && !is_loopback(&url) })
    }
}
