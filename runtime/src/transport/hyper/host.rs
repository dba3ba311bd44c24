//! [`HostHeader`] sets the `Host` header of requests.
//!
//! Without the cache in `HostHeader`, hyper-util would format the header for each request, which would take 5% of a
//! call's time.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http::header::HOST;
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Uri};

/// Caches the `Host` header of the most recent origin. Most clients use only one origin.
#[derive(Clone, Default)]
pub(crate) struct HostHeader(Arc<ArcSwapOption<Last>>);

struct Last {
    authority: String,
    is_http: bool,
    value: HeaderValue,
}

impl HostHeader {
    /// Adds the `Host` header unless the request already has one. If the URI has no host, the header is not added.
    pub(crate) fn add(&self, uri: &Uri, headers: &mut HeaderMap) {
        let Some(authority) = uri.authority() else { return };
        let is_http = uri.scheme() == Some(&Scheme::HTTP);
        let last = self.0.load();
        let last =
            last.as_ref().filter(|last| last.is_http == is_http && last.authority == authority.as_str());
        let value = match last {
            Some(last) => Some(last.value.clone()),
            None => {
                value_of(authority.host(), authority.port_u16().filter(|port| *port != default_port(is_http)))
            }
        };
        let Some(value) = value else { return };
        if last.is_none() {
            let authority = authority.as_str().to_owned();
            self.0.store(Some(Arc::new(Last { authority, is_http, value: value.clone() })));
        }
        headers.entry(HOST).or_insert(value);
    }
}

/// Returns the value of the `Host` header (RFC 9110 §7.2).
fn value_of(host: &str, port: Option<u16>) -> Option<HeaderValue> {
    let text = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
}

fn default_port(is_http: bool) -> u16 {
    if is_http { 80 } else { 443 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(host: &HostHeader, uri: &str) -> String {
        let mut headers = HeaderMap::new();
        host.add(&uri.parse().unwrap(), &mut headers);
        headers[HOST].to_str().unwrap().to_owned()
    }

    #[test]
    fn the_header_has_the_host_and_a_port_that_is_not_the_default() {
        let host = HostHeader::default();
        assert_eq!(add(&host, "http://shop.test/orders"), "shop.test");
        assert_eq!(add(&host, "http://shop.test:80/orders"), "shop.test");
        assert_eq!(add(&host, "http://shop.test:443/orders"), "shop.test:443");
        assert_eq!(add(&host, "https://shop.test:443/orders"), "shop.test");
        assert_eq!(add(&host, "http://[::1]:8080/"), "[::1]:8080");
        assert_eq!(add(&host, "http://ann:secret@shop.test:8080/"), "shop.test:8080");
        assert_eq!(add(&host, "http://other.test/"), "other.test");
        assert_eq!(add(&host, "http://shop.test/orders"), "shop.test");
    }

    #[test]
    fn a_request_with_a_host_header_keeps_it() {
        let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("virtual.test"))]);
        HostHeader::default().add(&"http://127.0.0.1:80/".parse().unwrap(), &mut headers);
        assert_eq!(headers.get_all(HOST).iter().collect::<Vec<_>>(), ["virtual.test"]);
    }
}
