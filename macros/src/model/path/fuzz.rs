//! Property tests: every string is either parsed or rejected, and a parsed template is displayed as it was written.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};

use super::template::PathTemplate;

/// Generates template fragments in random order, and arbitrary strings.
fn text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "/",
        "/",
        "//",
        "{",
        "}",
        "{id}",
        "{a}",
        "{rest*}",
        "{*rest}",
        "{**}",
        "{}",
        "{ id }",
        "*",
        ".",
        "..",
        "%2e",
        "%",
        "?",
        "#",
        "\\",
        " ",
        "ü",
        "\u{202e}",
        "orders",
        ":",
        "\0",
        "{id",
        "id}",
        "{{id}}",
        "{r#type}",
        "{line-no}",
    ];
    let pieces = prop::collection::vec(select(PIECES), 0..8).prop_map(|pieces| pieces.concat());
    prop_oneof![6 => pieces.clone().prop_map(|path| format!("/{path}")), 1 => pieces, 1 => any::<String>()]
}

fn config() -> Config {
    Config { cases: 5000, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_template_displays_as_written_or_has_an_error_message(text in text()) {
        match PathTemplate::parse(&text) {
            Ok(template) => {
                prop_assert_eq!(template.to_string(), text);
                prop_assert_eq!(template.literals().len(), template.placeholders().len() + 1);
                prop_assert!(template.placeholders().iter().all(|name| template.has(name) && !name.is_empty()));
            }
            Err(wrong) => prop_assert!(!wrong.to_string().is_empty()),
        }
    }

    #[test]
    fn a_joined_template_displays_as_prefix_and_path(prefix in text(), path in text()) {
        let (Ok(first), Ok(second)) = (PathTemplate::parse(&prefix), PathTemplate::parse(&path)) else { return Ok(()) };
        if let Ok(joined) = first.join(&second) {
            let shown = joined.to_string();
            prop_assert!(shown.ends_with(&path) || prefix.ends_with('/'), "{} + {} = {}", prefix, path, shown);
            prop_assert_eq!(joined.placeholders().len(), first.placeholders().len() + second.placeholders().len());
        }
    }
}
