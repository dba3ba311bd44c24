//! Parses the item under `#[api]`, which might not be a trait.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Token, Visibility};

use super::recovery::drain;
use super::token_search::{any_word, is_word};
use super::trait_item::{Trait, parse_trait};
use crate::diag::{Diagnostics, Location};

/// The item under `#[api]`.
pub(crate) enum Input {
    Trait(Box<Trait>),
    /// A trait that cannot be parsed as a whole, with its visibility and name if these are valid.
    Unreadable(Option<(Visibility, Ident)>),
    /// An item that is not a trait, with the location of its keyword. `is_mock` is true if `mockall` generated the
    /// item.
    Other {
        at: Location,
        is_mock: bool,
    },
}

pub(crate) fn parse_item(item: TokenStream, diag: &mut Diagnostics) -> Input {
    if !item.clone().into_iter().any(|token| is_word(&token, "trait")) {
        return parse_other(&item, diag);
    }
    let head = parse_head.parse2(item.clone());
    let mut reader = |input: ParseStream| {
        let read = parse_trait(input, diag);
        drain(input)?;
        Ok(read)
    };
    match Parser::parse2(&mut reader, item).and_then(|read| read) {
        Ok(found) => Input::Trait(Box::new(found)),
        Err(error) => {
            diag.push_syntax(error);
            Input::Unreadable(head.ok())
        }
    }
}

/// Parses only the visibility and the name of a trait, which are enough to generate a client.
fn parse_head(input: ParseStream) -> syn::Result<(Visibility, Ident)> {
    input.call(syn::Attribute::parse_outer)?;
    let vis = input.parse()?;
    while !input.peek(Token![trait]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Token![trait]>()?;
    let name = input.parse()?;
    drain(input)?;
    Ok((vis, name))
}

fn parse_other(item: &TokenStream, diag: &mut Diagnostics) -> Input {
    const KEYWORDS: &[&str] =
        &["impl", "struct", "enum", "union", "fn", "mod", "type", "const", "static", "use"];
    let keyword = item.clone().into_iter().find(|token| KEYWORDS.iter().any(|word| is_word(token, word)));
    let at = match keyword {
        Some(token) => diag.locate(&token),
        None => diag.locate(item),
    };
    Input::Other { at, is_mock: any_word(item, &is_of_mockall) }
}

/// mockall's `automock` copies the attributes below it to every item that it generates.
fn is_of_mockall(word: &str) -> bool {
    word == "mockall" || word.starts_with("Mock") || word.ends_with("_expectations")
}
