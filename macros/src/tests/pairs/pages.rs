//! Tests pairs of `#[pages(...)]` arguments.

use super::row::{Row, check, expanded, pairs, row};

const SOURCES: &[&str] = &["link", "url", "cursor", "header", "last", "number", "offset"];

/// The arguments of `#[pages(...)]`. A pair is always rejected if both arguments are sources for the next page.
const WORDS: &[Row] = &[
    row("link", "link", "link()", &["into"]),
    row("url", "url = \"/u\"", "url(\"/u\")", &["into"]),
    row("cursor", "cursor = \"/c\"", "cursor(\"/c\",", &["rebase"]),
    row("header", "header = \"x-h\"", "header(\"x-h\",", &["items", "more", "rebase", "alone"]),
    row("last", "last = \"/l\"", "last(\"/l\",", &["items", "more", "rebase", "alone"]),
    row("number", "number = \"n\"", "number(\"n\")", &["into", "rebase"]),
    row("offset", "offset = \"o\"", "offset(\"o\")", &["into", "rebase"]),
    row("into", "into = \"i\"", ",\"i\")", &["into", "items", "more", "rebase", "alone"]),
    row("items", "items = \"/i\"", ".items(\"/i\")", &["items", "more", "rebase", "alone"]),
    row("more", "more = \"/m\"", ".more(\"/m\")", &["more", "rebase", "alone"]),
    row("rebase", "rebase", ".rebase()", &["rebase", "alone"]),
];

fn output(arguments: &str) -> String {
    let item = format!(
        "trait Shop {{ #[pages({arguments})] #[get(\"/a\")] async fn a(&self) -> Result<Pages<u8>>; }}"
    );
    expanded("", &item)
}

#[test]
fn every_pair_of_words_has_both_meanings_or_is_refused() {
    for word in WORDS {
        check(word.name, &output(word.written), word.refuses.contains(&"alone"), &[word.trace.to_owned()]);
    }
    for (one, other) in pairs(WORDS) {
        let arguments = format!("{}, {}", one.written, other.written);
        let is_source = |row: &Row| SOURCES.contains(&row.name);
        let is_refused = is_source(one) && is_source(other) || one.refuses.contains(&other.name);
        let traces = [one, other].map(|row| row.trace.to_owned());
        check(&arguments, &output(&arguments), is_refused, &traces);
    }
}

/// The arguments `header` and `last` need `into`, so each pair that includes one of them is tested as a triple.
#[test]
fn a_source_that_needs_a_parameter_goes_with_every_other_word() {
    for source in WORDS.iter().filter(|word| ["cursor", "header", "last"].contains(&word.name)) {
        for other in WORDS.iter().filter(|word| ["items", "more", "rebase"].contains(&word.name)) {
            let arguments = format!("{}, into = \"i\", {}", source.written, other.written);
            let traces = [source.trace, ",\"i\")", other.trace].map(str::to_owned);
            check(&arguments, &output(&arguments), other.name == "rebase", &traces);
        }
    }
}
