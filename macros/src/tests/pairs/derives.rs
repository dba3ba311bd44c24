//! Tests pairs of derive attributes.

use proc_macro2::TokenStream;

use super::super::expanded::plain;
use super::row::check;
use crate::derive::{expand_api_error, expand_as_tokens};

fn parsed(item: &str) -> TokenStream {
    item.parse().unwrap_or_else(|_| unreachable!("{item}"))
}

#[test]
fn every_pair_of_marks_of_a_variant_has_both_meanings_or_is_refused() {
    const STATUS: &str = "#[status(404)]";
    const OTHER: &str = "#[other]";
    for (marks, fields, is_refused) in [
        (&[STATUS][..], "", false),
        (&[OTHER][..], "(afresh::Error)", false),
        (&[STATUS, STATUS][..], "", true),
        (&[OTHER, OTHER][..], "(afresh::Error)", true),
        (&[STATUS, OTHER][..], "(afresh::Error)", true),
        (&[OTHER, STATUS][..], "(afresh::Error)", true),
    ] {
        let item = format!(
            "enum E {{ {} A{fields}, #[status(409)] B, #[other] O(afresh::Error), }}",
            marks.concat()
        );
        // A second `#[other]` variant is rejected because only one is allowed.
        let item =
            if marks.contains(&OTHER) { item.replace(", #[other] O(afresh::Error)", "") } else { item };
        let output = plain(&expand_api_error(parsed(&item)));
        check(&item, &output, is_refused, &[]);
    }
}

#[test]
fn every_pair_of_settings_of_an_error_has_both_meanings_or_is_refused() {
    const SETTINGS: [(&str, &str); 2] = [("crate = net", "net::Error"), ("from_only", "")];
    for (one, trace) in SETTINGS {
        for (other, other_trace) in SETTINGS {
            for settings in [one.to_owned(), format!("{one}, {other}")] {
                let item = format!(
                    "#[api_error({settings})] enum E {{ #[status(404)] A, #[other] O(afresh::Error), }}"
                );
                let output = plain(&expand_api_error(parsed(&item)));
                let is_refused = settings.contains(',') && one == other;
                check(&item, &output, is_refused, &[trace.to_owned()]);
                let is_bare = settings.contains("from_only");
                assert!(is_refused || output.contains("fmt::DisplayforE") != is_bare, "{item}: {output}");
                assert!(is_refused || !settings.contains(other) || output.contains(other_trace), "{item}");
            }
        }
    }
}

/// A field can have only one argument of `#[tokens(...)]`, except that one token can be both the access token
/// (`access`) and the refresh token (`refresh`).
#[test]
fn every_pair_of_parts_of_a_field_has_both_meanings_or_is_refused() {
    const PARTS: [&str; 6] = ["nested", "access", "refresh", "expires_in", "token_type", "scope"];
    for one in PARTS {
        for other in PARTS {
            for marks in
                [format!("#[tokens({one}, {other})]"), format!("#[tokens({one})] #[tokens({other})]")]
            {
                let item = format!("struct T {{ {marks} a: String, #[tokens(access)] b: String }}");
                let item =
                    if marks.contains("access") { item.replace("#[tokens(access)] b", "b") } else { item };
                let output = plain(&expand_as_tokens(parsed(&item)));
                let are_tokens = ["access", "refresh"].iter().all(|part| [one, other].contains(part));
                check(&item, &output, !are_tokens, &[]);
            }
        }
        let item = format!("struct T {{ #[tokens({one})] a: String, #[tokens(access)] b: String }}");
        check(&item, &plain(&expand_as_tokens(parsed(&item))), one == "access", &[]);
    }
}
