//! [`Page`] represents a page that the runtime sends to the browser during a login.

use std::fmt::Write as _;

#[derive(Clone, Debug)]
pub(super) struct Page {
    status: &'static str,
    html: String,
    /// Whether the program supplied the page. A page that the program supplies has no content security policy and can
    /// load any resource.
    custom: bool,
}

impl Page {
    pub(super) fn logged_in() -> Self {
        Self::own("200 OK", "You are logged in", "You can close this tab and return to the program.")
    }

    pub(super) fn custom(html: String) -> Self {
        Self { status: "200 OK", html, custom: true }
    }

    /// Returns the page that reports a failed login. `reason` can contain text from a server, so it is escaped.
    pub(super) fn failed(reason: &str) -> Self {
        Self::own("400 Bad Request", "The login failed", reason)
    }

    /// Returns the page for a request that does not belong to this login.
    pub(super) fn not_expected() -> Self {
        let text = "This request does not belong to the login that the program is waiting for. Use the tab that the program opened.";
        Self::own("400 Bad Request", "Not expected", text)
    }

    fn own(status: &'static str, title: &str, text: &str) -> Self {
        let mut html = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>");
        escape(title, &mut html);
        html.push_str(
            "</title><style>body{font:18px system-ui,sans-serif;margin:20vh auto;max-width:32em;padding:0 1em}</style><h1>",
        );
        escape(title, &mut html);
        html.push_str("</h1><p>");
        escape(text, &mut html);
        html.push_str("</p></html>\n");
        Self { status, html, custom: false }
    }

    /// Returns the whole response. The headers prevent the browser from caching the page. The headers also prevent the
    /// browser from sending the page's URL, which contains the authorization code, to other sites.
    pub(super) fn to_response(&self) -> Vec<u8> {
        let mut head = format!(
            "HTTP/1.1 {}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\n",
            self.status,
            self.html.len()
        );
        if !self.custom {
            head.push_str("content-security-policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n");
        }
        head.push_str("\r\n");
        [head.as_bytes(), self.html.as_bytes()].concat()
    }
}

/// Escapes `text` so that a browser displays it literally. Control characters are removed.
fn escape(text: &str, to: &mut String) {
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            '&' | '<' | '>' | '"' | '\'' => {
                let _ = write!(to, "&#{};", u32::from(character));
            }
            other => to.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_said_is_text_in_a_page() {
        let page = Page::failed("<script>alert('1')</script>&amp;\"\u{1b}[31m\r\n");
        let response = String::from_utf8(page.to_response()).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(
            body.contains("&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#38;amp;&#34;[31m</p>"),
            "{body}"
        );
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{head}");
        assert!(head.contains("cache-control: no-store") && head.contains("default-src 'none'"), "{head}");
    }
}
