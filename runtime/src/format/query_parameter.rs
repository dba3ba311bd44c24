//! Reads and replaces one parameter of a query string. Replacing a parameter leaves the rest of the URL unchanged.

use std::borrow::Cow;

use form_urlencoded::parse;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::platform::url::Url;

/// The characters to percent-encode: all characters except unreserved characters (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the value of the first parameter named `name`.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Returns `url` with a new value for the first parameter named `name`. If no parameter is named `name`, the new
/// parameter is appended. All other parameters named `name` are removed.
pub(crate) fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let encode = |text| utf8_percent_encode(text, RESERVED);
    let mut new = Some(format!("{}={}", encode(name), encode(value)));
    let mut pairs: Vec<Cow<'_, str>> = Vec::new();
    for pair in url.query().into_iter().flat_map(|query| query.split('&')) {
        if !parse(pair.as_bytes()).any(|(key, _)| key == name) {
            pairs.push(pair.into());
        } else if let Some(new) = new.take() {
            pairs.push(new.into());
        }
    }
    pairs.extend(new.map(Cow::Owned));
    let mut changed = url.clone();
    changed.set_query(Some(&pairs.join("&")));
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(query: &str, name: &str, value: &str) -> String {
        let url = Url::parse(&format!("https://shop.test/orders{query}")).unwrap();
        with_parameter(&url, name, value).query().unwrap().to_owned()
    }

    #[test]
    fn only_the_parameter_itself_changes() {
        assert_eq!(changed("?a=x%20y&b=x+y&c&d=%C3%BC", "after", "1"), "a=x%20y&b=x+y&c&d=%C3%BC&after=1");
        assert_eq!(changed("?tag=a%2Fb&page=2&z=1", "page", "3"), "tag=a%2Fb&page=3&z=1");
        assert_eq!(changed("?page=1&a=1&page=2", "page", "3"), "page=3&a=1");
        assert_eq!(changed("?page%5Bafter%5D=1&x", "page[after]", "2"), "page%5Bafter%5D=2&x");
        assert_eq!(changed("", "page", "2"), "page=2");
        assert_eq!(changed("?a=1&", "page", "2"), "a=1&&page=2");
    }

    #[test]
    fn the_value_is_encoded() {
        assert_eq!(changed("?a=1", "after", "x=/+ &ü"), "a=1&after=x%3D%2F%2B%20%26%C3%BC");
    }
}
