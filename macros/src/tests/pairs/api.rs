//! Tests pairs of `#[api(...)]` arguments and trait constants.

use super::methods::{ON_METHOD, ON_PARAMETER, VERBS};
use super::row::{Row, check, expanded, pairs, row};

/// The arguments of `#[api(...)]`, which can be combined with each other.
const ON_TRAIT: &[Row] = &[
    row("client", "client = Market", "structMarket", &["client"]),
    row("path", "path = \"/v2\"", "\"/v2/a\"", &["path"]),
    row("refresh_on", "refresh_on(401)", ".refresh_on(&[401])", &["refresh_on"]),
    row("expired_when", "expired_when(json(\"/e\") == 1)", ".expired_when(", &["expired_when"]),
    row("forbidden_when", "forbidden_when(json(\"/f\") == 1)", ".forbidden_when(", &["forbidden_when"]),
    row("scheme", "scheme = \"JWT\"", ".scheme(\"JWT\")", &["scheme"]),
    row("token_header", "token_header = \"x-token\"", ".token_header(\"x-token\")", &["token_header"]),
    row("session_ends_on", "session_ends_on(409)", ".session_ends_on(&[409])", &["session_ends_on"]),
    row(
        "session_ends_when",
        "session_ends_when(json(\"/s\") == 1)",
        ".session_ends_when(",
        &["session_ends_when"],
    ),
    row("dyn", "dyn", "structDynShop", &["dyn"]),
    row("crate", "crate = crate::net", "crate::net::__private", &["crate"]),
];

const CONSTANTS: &[Row] = &[
    row("header", "#[header(\"x-t\" = \"1\")]", ".header(\"x-t\",\"1\")", &[]),
    row("query", "#[query(\"t\" = \"1\")]", ".query(\"t\",\"1\")", &[]),
];

/// A refresh method, which `session_ends_on` and `session_ends_when` require.
const REFRESH: &str = "#[refresh] #[post(\"/refresh\")] async fn r(&self) -> Result<Tokens>;";

#[test]
fn every_pair_of_arguments_has_both_meanings_or_is_refused() {
    let item = "trait Shop { #[refresh] #[post(\"/a\")] async fn a(&self) -> Result<Tokens>; }";
    for (one, other) in pairs(ON_TRAIT) {
        let arguments = format!("{}, {}", one.written, other.written);
        let traces = [one, other].map(|row| row.trace.to_owned());
        check(&arguments, &expanded(&arguments, item), one.refuses.contains(&other.name), &traces);
    }
}

#[test]
fn every_argument_has_its_meaning_alone() {
    for argument in ON_TRAIT {
        let item = format!("trait Shop {{ {REFRESH} #[post(\"/a\")] async fn a(&self) -> Result<u8>; }}");
        let trace = if argument.name == "path" { "\"/v2/a\"" } else { argument.trace };
        check(argument.name, &expanded(argument.written, &item), false, &[trace.to_owned()]);
    }
}

#[test]
fn every_argument_goes_with_every_attribute_of_a_method() {
    for argument in ON_TRAIT {
        for method in ON_METHOD {
            let verb = if VERBS.contains(&method.name) { "" } else { "#[post(\"/a\")]" };
            let refresh = if method.name == "refresh" { "" } else { REFRESH };
            let item = format!(
                "trait Shop {{ {refresh} {} {verb} async fn a(&self) -> Result<Tokens>; }}",
                method.written
            );
            let traces = [argument.trace.to_owned(), method.trace.to_owned()];
            let label = format!("{} with {}", argument.written, method.written);
            check(&label, &expanded(argument.written, &item), false, &traces);
        }
    }
}

#[test]
fn every_argument_goes_with_every_parameter() {
    for argument in ON_TRAIT {
        for param in ON_PARAMETER {
            let (written, trace) = (param.written.replace('@', "x"), param.trace.replace('@', "x"));
            let path = if param.name == "path" { "/a/{x}" } else { "/a" };
            let item = format!(
                "trait Shop {{ {REFRESH} #[post(\"{path}\")] async fn a(&self, {written} x: u8) -> Result<u8>; }}"
            );
            // The `path` argument appears in the output as the start of the method's path.
            let of_argument = if argument.name == "path" { "\"/v2/a" } else { argument.trace };
            let label = format!("{} with {written}", argument.written);
            check(&label, &expanded(argument.written, &item), false, &[of_argument.to_owned(), trace]);
        }
    }
}

#[test]
fn every_constant_of_the_trait_goes_with_everything_else() {
    for constant in CONSTANTS {
        for argument in ON_TRAIT {
            let item = format!(
                "{} trait Shop {{ {REFRESH} #[post(\"/a\")] async fn a(&self) -> Result<u8>; }}",
                constant.written
            );
            let trace = if argument.name == "path" { "\"/v2/a\"" } else { argument.trace };
            let traces = [constant.trace.to_owned(), trace.to_owned()];
            check(
                &format!("{} with {}", constant.written, argument.written),
                &expanded(argument.written, &item),
                false,
                &traces,
            );
        }
        for method in ON_METHOD {
            let verb = if VERBS.contains(&method.name) { "" } else { "#[post(\"/a\")]" };
            let item = format!(
                "{} trait Shop {{ {} {verb} async fn a(&self) -> Result<Tokens>; }}",
                constant.written, method.written
            );
            let traces = [constant.trace.to_owned(), method.trace.to_owned()];
            check(
                &format!("{} with {}", constant.written, method.written),
                &expanded("", &item),
                false,
                &traces,
            );
        }
        for param in ON_PARAMETER {
            let (written, trace) = (param.written.replace('@', "x"), param.trace.replace('@', "x"));
            let path = if param.name == "path" { "/a/{x}" } else { "/a" };
            let item = format!(
                "{} trait Shop {{ #[post(\"{path}\")] async fn a(&self, {written} x: u8) -> Result<u8>; }}",
                constant.written
            );
            check(
                &format!("{} with {written}", constant.written),
                &expanded("", &item),
                false,
                &[constant.trace.to_owned(), trace],
            );
        }
    }
}

#[test]
fn a_constant_of_the_trait_is_replaced_by_the_same_name_in_a_method() {
    for (of_trait, trace, method, param) in [
        ("#[header(\"x-t\" = \"1\")]", ".header(\"x-t\",\"1\")", "#[header(\"x-t\" = \"2\")]", ""),
        ("#[header(\"x-t\" = \"1\")]", ".header(\"x-t\",\"1\")", "", "#[header(\"x-t\")] x: u8"),
        ("#[query(\"t\" = \"1\")]", ".query(\"t\",\"1\")", "#[query(\"t\" = \"2\")]", ""),
        ("#[query(\"t\" = \"1\")]", ".query(\"t\",\"1\")", "", "#[query(\"t\")] x: u8"),
    ] {
        let item = format!(
            "{of_trait} trait Shop {{ {method} #[get(\"/a\")] async fn a(&self, {param}) -> Result<u8>; }}"
        );
        let output = expanded("", &item);
        assert!(!output.contains("compile_error") && !output.contains(trace), "{item}: {output}");
    }
}

#[test]
fn every_argument_has_a_row() {
    use crate::syntax::tables::{ARGS, trait_attributes};
    let has = |rows: &[Row], word: &str| rows.iter().any(|row| row.name == word);
    let missing: Vec<&str> =
        ARGS.iter().map(|(word, ..)| *word).filter(|word| !has(ON_TRAIT, word)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let missing: Vec<&str> = trait_attributes().into_iter().filter(|word| !has(CONSTANTS, word)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
