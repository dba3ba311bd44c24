//! Converts a document's descriptions into doc comments. Descriptions keep their Markdown, but rustdoc does not compile
//! any code in them as a doc test.

/// Returns `text` as doc comment lines, each beginning with `///`.
pub(crate) fn comment(text: &str) -> String {
    lines(text)
        .iter()
        .map(|line| if line.is_empty() { "///\n".to_owned() } else { format!("/// {line}\n") })
        .collect()
}

/// Returns `text` as one line, without list, heading, or code block markers at the start. Removes characters that
/// change the text direction, because the compiler rejects them.
pub(crate) fn one_line(text: &str) -> String {
    let visible: String = text.chars().filter(|letter| !is_direction(*letter)).collect();
    let line = visible.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.trim_start_matches(['#', '-', '*', '+', '>', '`', '/', '!', ' ']).replace("```", "`")
}

/// Joins each paragraph and each list item into one line. Tables and code blocks keep their line breaks.
fn lines(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut is_code = false;
    let mut is_open = false;
    for raw in text.replace("\r\n", "\n").split('\n') {
        let line = visible(raw);
        let trimmed = line.trim();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            out.push(if is_code { "```".to_owned() } else { "```text".to_owned() });
            is_code = !is_code;
            is_open = false;
        } else if is_code {
            out.push(line.trim_end().to_owned());
        } else if trimmed.is_empty() {
            is_open = false;
            if out.last().is_some_and(|last| !last.is_empty()) {
                out.push(String::new());
            }
        } else if starts_block(trimmed) {
            out.push(trimmed.to_owned());
            is_open = !trimmed.starts_with(['|', '#']);
        } else {
            match out.last_mut().filter(|_| is_open) {
                Some(last) => {
                    last.push(' ');
                    last.push_str(trimmed);
                }
                None => out.push(trimmed.to_owned()),
            }
            is_open = true;
        }
    }
    if is_code {
        out.push("```".to_owned());
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

/// Returns whether a line starts a list item, a table row, a heading, or a quote.
fn starts_block(line: &str) -> bool {
    let digits = line.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let is_numbered = digits.len() < line.len() && (digits.starts_with(". ") || digits.starts_with(") "));
    is_numbered
        || ["- ", "* ", "+ ", "| ", "|-", "# ", "## ", "### ", "#### ", "> "]
            .iter()
            .any(|start| line.starts_with(start))
}

fn visible(line: &str) -> String {
    let plain = line.chars().map(|letter| if letter == '\t' { ' ' } else { letter });
    plain.filter(|letter| !is_direction(*letter) && !letter.is_control()).collect()
}

fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_compiled_as_an_example() {
        let text = "Pets.\nAll of them.\n\n    indented\n\n```\ncode()\n```\n* a\n  b\n* c\n\n```json\nopen";
        let expected = "/// Pets. All of them.\n///\n/// indented\n///\n/// ```text\n/// code()\n/// ```\n/// * a b\n/// * c\n///\n/// ```text\n/// open\n/// ```\n";
        assert_eq!(comment(text), expected);
    }

    #[test]
    fn what_turns_text_around_is_left_out() {
        assert_eq!(comment("a\u{202E}b\r\nc"), "/// ab c\n");
        assert_eq!(one_line("# A\n\n- b"), "A - b");
    }
}
