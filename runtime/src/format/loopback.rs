//! Detects URLs that point to this machine, and hosts that are IP addresses.

use std::net::IpAddr;

use crate::platform::url::Url;

/// Returns whether requests to `url` stay on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    if let Some(address) = address_of(host) {
        // `to_canonical` converts an IPv4-mapped address, such as `::ffff:127.0.0.1`, to IPv4.
        return address.to_canonical().is_loopback();
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    name == "localhost" || name.ends_with(".localhost")
}

/// Parses the host of a URL as an IP address. Returns `None` if the host is a name.
pub(crate) fn address_of(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_this_machine_only() {
        for url in [
            "http://localhost:1",
            "http://a.localhost",
            "http://127.8.8.8",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(&Url::parse(url).unwrap()), "{url}");
        }
        for url in [
            "http://example",
            "http://localhost.example",
            "http://128.0.0.1",
            "http://0.0.0.0",
            "http://[::ffff:1.2.3.4]",
        ] {
            assert!(!is_loopback(&Url::parse(url).unwrap()), "{url}");
        }
    }
}
