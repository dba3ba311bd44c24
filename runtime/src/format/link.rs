//! Parses the `Link` header (RFC 8288 §3) to find the link with `rel="next"`.

/// Returns the target of the first link with the relation `next` in a header line.
pub(crate) fn next_of(line: &str) -> Option<String> {
    let mut rest = line;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let (is_next, after) = relation(after);
        if is_next {
            return Some(target.trim().to_owned());
        }
        rest = after;
    }
    None
}

/// Parses the parameters of one link. Returns whether the link's relation is `next`, and the text that follows the
/// link.
fn relation(mut rest: &str) -> (bool, &str) {
    let mut is_next = None;
    loop {
        rest = rest.trim_start();
        let Some(after) = rest.strip_prefix(';') else { break };
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, after) = after.split_at_checked(end).unwrap_or((after, ""));
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => parameter_value(after.trim_start()),
            None => (String::new(), after),
        };
        // Only the first `rel` parameter is used (RFC 8288 §3.3).
        if name.trim().eq_ignore_ascii_case("rel") && is_next.is_none() {
            is_next =
                Some(value.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next")));
        }
        rest = after;
    }
    (is_next.unwrap_or(false), rest)
}

/// Parses the value of a link parameter: a token or a quoted string. Returns the parameter value and the text that
/// follows the value. Single quotes are accepted because some servers send them.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return (value.trim().trim_matches('\'').to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_among_others() {
        let github = r#"<https://api.test/r?page=3>; rel="next", <https://api.test/r?page=9>; rel="last""#;
        assert_eq!(next_of(github).as_deref(), Some("https://api.test/r?page=3"));
        let last = r#"<https://api.test/r?page=1>; rel="first", <https://api.test/r?page=2,3>;rel=prev"#;
        assert_eq!(next_of(last), None);
    }

    #[test]
    fn odd_but_valid_lines_are_read() {
        assert_eq!(next_of(r#"</a>; title="x, \"y\"; rel=next" ; REL="prev NEXT""#).as_deref(), Some("/a"));
        assert_eq!(next_of("<?p=2>;rel=next").as_deref(), Some("?p=2"));
        assert_eq!(next_of("<?p=2> ; type=a ; REL = Next").as_deref(), Some("?p=2"));
        assert_eq!(
            next_of("</ü>; title*=UTF-8''%C3%BC; title=\"ü, <x>\"; rel='next'").as_deref(),
            Some("/ü")
        );
        assert_eq!(next_of(r#"</a>; rel="https://rel.test/x next prev""#).as_deref(), Some("/a"));
        assert_eq!(
            next_of(r#"</a>; rel="nextish", </b>; rel="NEXT"; title="<c>; rel=next""#).as_deref(),
            Some("/b")
        );
        assert_eq!(next_of("<a>; rel=prev; rel=next, <b>; rel=next").as_deref(), Some("b"));
    }

    #[test]
    fn malformed_lines_give_no_links() {
        for line in ["", "<", "<a", "a; rel=next", "<a>", "<a>;", "<a>; rel", "<a>; rel=\"next", "<ä>;é;ü="]
        {
            let found = next_of(line);
            assert!(found.is_none() || line.contains("\"next"), "{line}");
        }
    }
}
