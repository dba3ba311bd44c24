//! Reads the statuses of a variant, such as `404` or the class `4xx`.

use proc_macro2::{TokenStream, TokenTree};
use syn::LitInt;

use super::model::Status;
use crate::derive::helper_attribute::Helper;
use crate::diag::{Diagnostics, Located};
use crate::syntax::Style;

const FORM: &str = "#[status(404)]";

/// Reads `#[status(404, 5xx)]`. An argument that is not a status is reported and skipped.
pub(super) fn lower_statuses(helper: &Helper, diag: &mut Diagnostics) -> Vec<Located<Status>> {
    if helper.style == Style::Equals {
        helper.push_wrong_form(FORM, diag);
        return Vec::new();
    }
    let parts = parts(helper.inside.clone());
    if parts.is_empty() {
        helper.push_empty("status", FORM, diag);
    }
    let mut statuses: Vec<Located<Status>> = Vec::new();
    for part in parts {
        let at = diag.locate(&part);
        match parse_status(part) {
            None => diag.push(at, "status must be a number from 100 to 599, or a class such as `4xx`"),
            Some(status) if status.is_success() => {
                diag.push(at, format_args!("status `{status}` must not be a success status"));
            }
            Some(status) if statuses.iter().any(|other| other.value == status) => {
                diag.push(at, format_args!("duplicate status `{status}`"));
            }
            Some(value) => statuses.push(Located { value, at }),
        }
    }
    statuses
}

fn parse_status(tokens: TokenStream) -> Option<Status> {
    let number = syn::parse2::<LitInt>(tokens).ok()?;
    let value = number.base10_parse::<u16>().ok()?;
    match (number.suffix(), value) {
        ("", 100..=599) => Some(Status::Exact(value)),
        ("xx" | "XX", 1..=5) => Some(Status::Class(value)),
        _ => None,
    }
}

fn parts(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => parts.push(TokenStream::new()),
            (_, Some(part)) => part.extend([token]),
            (_, None) => parts.push(token.into()),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Option<Status> {
        parse_status(text.parse().unwrap_or_default())
    }

    #[test]
    fn a_number_is_a_status_and_a_digit_with_xx_is_a_class() {
        assert_eq!(status("404"), Some(Status::Exact(404)));
        assert_eq!(status("4xx"), Some(Status::Class(4)));
        assert_eq!(status("5XX"), Some(Status::Class(5)));
    }

    #[test]
    fn anything_else_is_none() {
        for text in ["99", "600", "6xx", "40x", "4x", "404u16", "-404", "4.0", "xx", "\"404\"", "404 410", ""]
        {
            assert_eq!(status(text), None, "{text}");
        }
    }
}
