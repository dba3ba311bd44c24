//! Detects URLs that point to this machine, and hosts that are IP addresses.

use std::net::IpAddr;

use crate::platform::url::Url;

/// Returns whether requests to `url` stay on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    // The URL parser returns IP addresses in their canonical form.
    if let Some(address) = host.strip_prefix('[') {
        return address == "::1]" || is_mapped(address);
    }
    if let Some(rest) = host.strip_prefix("127.") {
        return rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    name == "localhost" || name.ends_with(".localhost")
}

/// Returns whether an IPv6 address represents an IPv4 loopback address. For example, the URL parser converts
/// `::ffff:127.0.0.1` to `::ffff:7f00:1`.
fn is_mapped(address: &str) -> bool {
    let rest = address.strip_prefix("::ffff:7f").and_then(|rest| rest.split_once(':'));
    rest.is_some_and(|(second, last)| second.len() == 2 && !last.contains(':'))
}

/// Parses the host of a URL as an IP address. Returns `None` if the host is a domain name.
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
            "http://[0:0:0:0:0:FFFF:7F01:0203]",
            "http://0x7f.1",
            "http://LOCALHOST.",
        ] {
            assert!(is_loopback(&Url::parse(url).unwrap()), "{url}");
        }
        for url in [
            "http://example",
            "http://localhost.example",
            "http://128.0.0.1",
            "http://0.0.0.0",
            "http://[::ffff:1.2.3.4]",
            "http://[::ffff:7f]",
            "http://[::ffff:7f0:1]",
            "http://[::ffff:7f00:1:2]",
            "http://[::127.0.0.1]",
            "http://127.example",
            "http://127.0.0.example1",
        ] {
            assert!(!is_loopback(&Url::parse(url).unwrap()), "{url}");
        }
    }
}
