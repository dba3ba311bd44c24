//! Reads a path of fields, such as `"data.access_token"`. A field path always begins at the struct, even if the path is
//! written in an attribute on a field.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, Index, Member};

use super::model::FieldPath;
use crate::diag::{Diagnostics, Location};

/// A path on a field must begin with the name of that field.
pub(super) fn lower_path(
    text: &str,
    at: Location,
    field: Option<&str>,
    diag: &mut Diagnostics,
) -> Option<FieldPath> {
    // If the generated identifiers had the user's span, the compiler would suggest replacing the string literal with a
    // field name.
    let span = at.span().resolved_at(Span::mixed_site());
    let Some(members) = text.split('.').map(|name| parse_member(name, span)).collect::<Option<Vec<_>>>()
    else {
        let help = "separate field names with dots, such as `data.access_token`";
        diag.push_help(at, format_args!("`{text}` is not a valid field path"), help);
        return None;
    };
    if let Some(field) = field {
        if text.split('.').next() != Some(field) {
            let fact = format!("path `{text}` must begin with field `{field}`");
            diag.push_help(at, fact, format_args!("write `{field}.{text}`"));
            return None;
        }
    }
    Some(FieldPath { at, members })
}

/// Parses a field name (raw if the name is a keyword) or the index of a tuple field.
fn parse_member(text: &str, span: Span) -> Option<Member> {
    if let Ok(index) = text.parse() {
        return Some(Member::Unnamed(Index { index, span }));
    }
    let word = Ident::parse_any.parse_str(text).ok()?;
    if word != text || ["self", "Self", "super", "crate", "_"].contains(&text) {
        return None;
    }
    let is_keyword = syn::parse_str::<Ident>(text).is_err();
    Some(Member::Named(if is_keyword { Ident::new_raw(text, span) } else { Ident::new(text, span) }))
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    fn member(text: &str) -> Option<String> {
        parse_member(text, Span::call_site()).map(|member| member.to_token_stream().to_string())
    }

    #[test]
    fn names_keywords_and_numbers_are_members() {
        assert_eq!(member("data").as_deref(), Some("data"));
        assert_eq!(member("type").as_deref(), Some("r#type"));
        assert_eq!(member("0").as_deref(), Some("0"));
    }

    #[test]
    fn anything_else_is_none() {
        for text in ["", " data", "data ", "a b", "a-b", "a[0]", "self", "crate", "_", "-1", "\"", "("] {
            assert_eq!(member(text), None, "{text}");
        }
    }
}
