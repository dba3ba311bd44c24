//! [`Origin`] (RFC 6454) decides whether a URL belongs to the origin that may receive a credential.

use crate::platform::url::{Url, before_path};

/// The scheme, host and port of a URL. The URL parser converts the host to lowercase Punycode and omits a default port.
/// A trailing dot in the host is ignored.
#[derive(Clone)]
pub(crate) struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
    /// The part of the URL before its path.
    written: String,
}

impl Origin {
    pub(crate) fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        Self {
            scheme: url.scheme().to_owned(),
            host: host.strip_suffix('.').unwrap_or(host).to_owned(),
            port: url.port(),
            written: before_path(url).to_owned(),
        }
    }

    /// Returns whether `url` has this origin.
    pub(crate) fn is_of(&self, url: &Url) -> bool {
        // URLs with the same origin usually begin with the same text, so comparing the text before the path is often
        // enough.
        if before_path(url) == self.written {
            return true;
        }
        let host = url.host_str().unwrap_or_default();
        self.scheme == url.scheme()
            && self.port == url.port()
            && self.host == host.strip_suffix('.').unwrap_or(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let (a, b) = (Url::parse(a).unwrap(), Url::parse(b).unwrap());
        assert_eq!(Origin::of(&a).is_of(&b), Origin::of(&b).is_of(&a));
        Origin::of(&a).is_of(&b)
    }

    /// N6
    #[test]
    fn origins_are_compared_after_normalisation() {
        assert!(same("https://Shop.Example/a", "https://shop.example:443/b?c"));
        assert!(same("https://shop.example./", "https://shop.example/"));
        assert!(same("https://bücher.example/", "https://xn--bcher-kva.example/"));
        assert!(same("http://[0:0::1]:80/", "http://[::1]/"));
        assert!(!same("https://shop.example/", "http://shop.example/"));
        assert!(!same("https://shop.example/", "https://shop.example:8443/"));
        assert!(!same("https://shop.example/", "https://api.shop.example/"));
        assert!(!same("https://shop.example/", "https://shop.example.evil/"));
    }
}
