//! Parses the challenges of a `WWW-Authenticate` header (RFC 9110 §11.6.1).
//!
//! Servers often send malformed headers, but the runtime must still find out why a call was refused. The parser skips
//! any text that it cannot parse. This parser also adds less code to a web page than a crate that rejects malformed
//! headers.

use super::media_type::is_token_byte;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ParsedChallenge<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) parameters: Vec<(&'a str, String)>,
}

impl ParsedChallenge<'_> {
    /// Returns the value of the first parameter named `wanted`, ignoring case.
    pub(crate) fn parameter(&self, wanted: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| &**value)
    }
}

/// Adds the challenges in `line`, which is the value of one header, to `found`.
pub(crate) fn read_challenges<'a>(line: &'a str, found: &mut Vec<ParsedChallenge<'a>>) {
    let first = found.len();
    let mut rest = line;
    loop {
        rest = skip(rest, |byte| is_space(byte) || byte == b',');
        let after = skip(rest, is_token_byte);
        let token = before(rest, after);
        if token.is_empty() {
            // The next challenge or parameter starts after a comma.
            rest = skip(rest, |byte| byte != b',');
            if rest.is_empty() {
                return;
            }
            continue;
        }
        rest = after;
        let Some(value) = skip(after, is_space).strip_prefix('=') else {
            found.push(ParsedChallenge { scheme: token, parameters: Vec::new() });
            continue;
        };
        // A `token68` value, such as `abc==`, has no name.
        rest = skip(value, |byte| byte == b'=' || is_space(byte));
        let challenge = found.get_mut(first..).and_then(<[_]>::last_mut);
        if let (Some(challenge), Some((text, after))) = (challenge, read_value(skip(value, is_space))) {
            challenge.parameters.push((token, text));
            rest = after;
        }
    }
}

/// Reads a token or a quoted string, and returns its text and the rest of the line.
fn read_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let after = skip(text, is_token_byte);
        let token = before(text, after);
        return (!token.is_empty()).then(|| (token.to_owned(), after));
    };
    let mut value = Vec::new();
    let mut bytes = quoted.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some((String::from_utf8(value).ok()?, quoted.get(at + 1..)?)),
            b'\\' => value.push(bytes.next()?.1),
            _ => value.push(byte),
        }
    }
    None
}

/// Returns `text` without the leading bytes that `skipped` accepts. `skipped` must accept either all bytes of a
/// multi-byte character or none of them.
fn skip(text: &str, skipped: fn(u8) -> bool) -> &str {
    let length = text.bytes().position(|byte| !skipped(byte)).unwrap_or(text.len());
    text.get(length..).unwrap_or_default()
}

/// Returns the part of `text` before its suffix `rest`.
fn before<'a>(text: &'a str, rest: &str) -> &'a str {
    text.get(..text.len() - rest.len()).unwrap_or_default()
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

#[cfg(test)]
mod tests {
    use http_auth::ChallengeParser;

    use super::*;

    fn read(line: &str) -> Vec<ParsedChallenge<'_>> {
        let mut found = Vec::new();
        read_challenges(line, &mut found);
        found
    }

    fn shown(line: &str) -> String {
        let found = read(line);
        let challenges = found.iter().map(|challenge| {
            let parameters = challenge.parameters.iter().map(|(name, value)| format!(" {name}={value:?}"));
            format!("{}{}", challenge.scheme, parameters.collect::<String>())
        });
        challenges.collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn challenges_and_their_parameters_are_read() {
        for (line, expected) in [
            ("Bearer", "Bearer"),
            ("Bearer error=invalid_token", r#"Bearer error="invalid_token""#),
            (r#"Bearer realm="a, b", error="invalid_token""#, r#"Bearer realm="a, b" error="invalid_token""#),
            (r#"Basic realm="x", Bearer error = "y""#, r#"Basic realm="x" | Bearer error="y""#),
            (r#"Bearer realm="a \"b\" \\""#, r#"Bearer realm="a \"b\" \\""#),
            ("Negotiate abc==, Bearer error=e", r#"Negotiate | Bearer error="e""#),
            ("NTLM, , Bearer a=b,", r#"NTLM | Bearer a="b""#),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_skipped() {
        for (line, expected) in [
            ("", ""),
            (" ,, ", ""),
            ("=x", ""),
            (r#"Bearer error="e" realm=x"#, r#"Bearer error="e" realm="x""#),
            ("Bearer error=e, ä, realm=x", r#"Bearer error="e" realm="x""#),
            (r#"Bearer error="e", text="unterminated"#, r#"Bearer error="e""#),
            ("Negotiate YII/+a=, Bearer error=e", r#"Negotiate | YII | Bearer error="e""#),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn valid_lines_are_read_as_another_parser_reads_them() {
        let pieces = [
            "Bearer",
            "Basic",
            "a",
            "error",
            "=",
            "=",
            "\"",
            "\"x\"",
            "\"a, b\"",
            "\\\"",
            " ",
            ",",
            ", ",
            "tok",
            "~",
            "\"q\\\\\"",
            "\t",
        ];
        let mut random = fastrand::Rng::with_seed(7);
        let mut compared = 0;
        for _ in 0..200_000 {
            let line: String = (0..random.usize(1..12)).filter_map(|_| random.choice(pieces)).collect();
            let Ok(expected) = ChallengeParser::new(&line).collect::<Result<Vec<_>, _>>() else {
                read(&line);
                continue;
            };
            let expected: Vec<_> = expected
                .iter()
                .map(|challenge| ParsedChallenge {
                    scheme: challenge.scheme,
                    parameters: challenge
                        .params
                        .iter()
                        .map(|(name, value)| (*name, value.to_unescaped()))
                        .collect(),
                })
                .collect();
            assert_eq!(read(&line), expected, "{line:?}");
            compared += 1;
        }
        assert!(compared > 5_000, "{compared}");
    }
}
