//! Makes text from a server safe to show in a terminal, a log or an error message.

use crate::refresh::error_code::looks_like_a_code;

/// The maximum length of a description, in characters.
const LONGEST: usize = 200;
/// If a text contains this many consecutive characters of a secret, the text is hidden.
const PART: usize = 8;

/// Removes control characters, invisible characters, and bidirectional formatting characters from a server's text. Text
/// that is longer than 200 characters is truncated. Returns `None` if the text is empty or contains part of a secret.
pub(super) fn description(text: &str, secrets: &[&str]) -> Option<String> {
    // A server can send text of any length, so this function reads only a limited number of characters.
    let visible: String = text.chars().filter(|&letter| is_visible(letter)).take(10 * LONGEST).collect();
    let text = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = text.chars();
    let mut shown: String = letters.by_ref().take(LONGEST).collect();
    if shown.is_empty() || secrets.iter().any(|secret| has_part_of(&shown, secret)) {
        return None;
    }
    if letters.next().is_some() {
        shown.push('…');
    }
    Some(shown)
}

/// Returns the error code that a server sent. Returns `None` if the text does not look like an error code or contains
/// part of a secret.
pub(super) fn code(text: &str, secrets: &[&str]) -> Option<String> {
    let shown = !text.is_empty() && looks_like_a_code(text);
    (shown && !secrets.iter().any(|secret| has_part_of(text, secret))).then(|| text.to_owned())
}

/// Returns whether `text` is not empty, is at most `longest` bytes long, and contains no control or invisible
/// characters.
pub(super) fn is_plain(text: &str, longest: usize) -> bool {
    !text.is_empty()
        && text.len() <= longest
        && text.chars().all(|letter| !letter.is_control() && is_visible(letter))
}

/// Returns whether a character is safe to show. Unicode does not define a set of safe characters, so this function
/// excludes control characters, format characters, and line and paragraph separators.
fn is_visible(letter: char) -> bool {
    let invisible = matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    // Line breaks are safe because the caller replaces them with spaces.
    !invisible && (!letter.is_control() || letter.is_ascii_whitespace())
}

/// Returns whether `text` contains the whole secret, or eight consecutive characters of the secret. The comparison
/// ignores spaces and letter case.
fn has_part_of(text: &str, secret: &str) -> bool {
    let text = text.to_ascii_lowercase().replace(' ', "");
    let secret: Vec<char> = secret.to_ascii_lowercase().chars().collect();
    let length = secret.len().min(PART);
    length > 0 && secret.windows(length).any(|part| text.contains(&part.iter().collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_or_a_line_is_left() {
        let text = "\u{1b}[31mDenied\u{202e}\u{2066} by\r\n\0\u{200b}admin\u{9b}\u{2028}\u{7f}.";
        assert_eq!(description(text, &[]).unwrap(), "[31mDenied by admin.");
        assert_eq!(description("\u{202e}\n", &[]), None);
        assert_eq!(
            description("Zugriff verweigert: nächstes Mal", &[]).unwrap(),
            "Zugriff verweigert: nächstes Mal"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let shown = description(&"ä".repeat(5000), &[]).unwrap();
        assert_eq!(shown, format!("{}…", "ä".repeat(200)));
    }

    #[test]
    fn a_text_with_a_part_of_a_secret_is_dropped() {
        let secret = "SplxlOBeZQQYbYS6WxSbIA";
        for echo in [
            "code SplxlOBeZQQYbYS6WxSbIA is bad",
            "code YbYS6WxSb…",
            "splxlobezqqybys6wxsbia",
            "Splx lOBe ZQQY",
        ] {
            assert_eq!(description(echo, &[secret]), None, "{echo}");
        }
        assert_eq!(description("Splxl\u{200b}OBeZQ", &[secret]), None);
        assert_eq!(description("the pin 1234 is bad", &["1234"]), None);
        assert!(description("the code is bad", &[secret, ""]).is_some());
    }

    #[test]
    fn only_what_looks_like_a_code_is_one() {
        assert_eq!(code("access_denied", &[]).unwrap(), "access_denied");
        for text in ["", "SplxlOBeZQQYbYS6WxSbIA", "<b>", "access denied"] {
            assert_eq!(code(text, &[]), None, "{text}");
        }
        assert_eq!(code("abcdefghijkl", &["xabcdefghijklx"]), None);
    }
}
