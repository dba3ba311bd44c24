//! Parses URLs with the browser's parser: [`Url`] provides the `url::Url` methods that the runtime uses. With the
//! browser's parser, the WebAssembly module does not need the `url` crate's Unicode tables.

use std::fmt;

use form_urlencoded::parse;

/// An absolute URL, as serialized by the browser's URL parser.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url {
    href: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ParseError;

/// The parts of a URL before the query.
struct Parts<'a> {
    scheme: &'a str,
    /// The user name and password.
    user: &'a str,
    host: Option<&'a str>,
    port: Option<u16>,
    path: &'a str,
}

impl Url {
    pub(crate) fn parse(text: &str) -> Result<Self, ParseError> {
        web_sys::Url::new(text).map(Self::of).map_err(|_| ParseError)
    }

    pub(crate) fn join(&self, link: &str) -> Result<Self, ParseError> {
        web_sys::Url::new_with_base(link, &self.href).map(Self::of).map_err(|_| ParseError)
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "the caller does not use the browser's URL object again"
    )]
    fn of(url: web_sys::Url) -> Self {
        Self { href: url.href() }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.href
    }

    pub(crate) fn scheme(&self) -> &str {
        self.parts().scheme
    }

    pub(crate) fn username(&self) -> &str {
        let user = self.parts().user;
        user.split_once(':').map_or(user, |(name, _)| name)
    }

    pub(crate) fn password(&self) -> Option<&str> {
        self.parts().user.split_once(':').map(|(_, password)| password)
    }

    /// Returns the host. An IPv6 address is enclosed in brackets.
    pub(crate) fn host_str(&self) -> Option<&str> {
        self.parts().host
    }

    /// Returns the port, or `None` if it is the scheme's default port.
    pub(crate) fn port(&self) -> Option<u16> {
        self.parts().port
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn port_or_known_default(&self) -> Option<u16> {
        self.port().or(match self.scheme() {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        })
    }

    pub(crate) fn path(&self) -> &str {
        self.parts().path
    }

    pub(crate) fn query(&self) -> Option<&str> {
        self.before_fragment().split_once('?').map(|(_, query)| query)
    }

    pub(crate) fn fragment(&self) -> Option<&str> {
        self.href.split_once('#').map(|(_, fragment)| fragment)
    }

    pub(crate) fn query_pairs(&self) -> form_urlencoded::Parse<'_> {
        parse(self.query().unwrap_or_default().as_bytes())
    }

    pub(crate) fn set_path(&mut self, path: &str) {
        self.change(|url| url.set_pathname(path));
    }

    pub(crate) fn set_query(&mut self, query: Option<&str>) {
        self.change(|url| match query {
            // The leading question mark makes the browser keep an empty query.
            Some(query) => url.set_search(&["?", query].concat()),
            None => url.set_search(""),
        });
    }

    fn change(&mut self, change: impl FnOnce(&web_sys::Url)) {
        if let Ok(url) = web_sys::Url::new(&self.href) {
            change(&url);
            self.href = url.href();
        }
    }

    fn before_fragment(&self) -> &str {
        self.href.split_once('#').map_or(&self.href, |(before, _)| before)
    }

    fn parts(&self) -> Parts<'_> {
        let before = self.before_fragment();
        let before = before.split_once('?').map_or(before, |(before, _)| before);
        let (scheme, rest) = before.split_once(':').unwrap_or(("", before));
        let Some(rest) = rest.strip_prefix("//") else {
            return Parts { scheme, user: "", host: None, port: None, path: rest };
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, place) = split_last(authority, b'@').unwrap_or(("", authority));
        // If an IPv6 address has no port, the last colon is inside the brackets, so the text after this colon is not a
        // number.
        let port = split_last(place, b':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        let (host, port) = port.map_or((place, None), |(host, port)| (host, Some(port)));
        Parts { scheme, user, host: Some(host).filter(|host| !host.is_empty()), port, path }
    }
}

/// Splits `text` at the last `separator`, which must be an ASCII character. `str::rsplit_once` would add more code to a
/// web page, because it also supports non-ASCII separators.
fn split_last(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

pub(crate) fn before_path(url: &Url) -> &str {
    let path = url.parts().path;
    let end = url.before_fragment().len() - url.query().map_or(0, |query| query.len() + 1) - path.len();
    url.href.get(..end).unwrap_or_default()
}

pub(crate) fn ascii_origin(url: &Url) -> String {
    web_sys::Url::new(&url.href).map_or_else(|_| "null".to_owned(), |url| url.origin())
}

pub(crate) fn canonical_host(host: &str) -> Option<String> {
    Url::parse(&["http://", host].concat()).ok()?.host_str().map(str::to_owned)
}

pub(crate) fn remove_user_and_fragment(url: &mut Url) {
    url.change(|url| {
        url.set_hash("");
        url.set_username("");
        url.set_password("");
    });
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.href
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the browser cannot parse the string as a URL")
    }
}

impl std::error::Error for ParseError {}
