//! Continues parsing after an error, so that one invalid item does not hide errors in the next item.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::token::Bracket;
use syn::{Ident, Token};

/// Reads all remaining tokens, because syn would report unread tokens as unexpected.
pub(super) fn drain(input: ParseStream) -> syn::Result<()> {
    input.parse::<TokenStream>().map(drop)
}

/// Whether the rest of the input consists of attributes without an item. The compiler itself reports attributes that no
/// item follows.
pub(super) fn ends_in_attributes(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.call(syn::Attribute::parse_outer).is_ok() && ahead.is_empty()
}

/// Reads the rest of an item, including its final `;` or braces.
pub(super) fn take_rest(input: ParseStream) -> syn::Result<TokenStream> {
    let mut rest = TokenStream::new();
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let is_last = ends_item(&token);
        rest.extend([token]);
        if is_last {
            break;
        }
    }
    Ok(rest)
}

/// Skips the rest of an item that cannot be parsed. An incomplete item has no end, so skipping stops where the next
/// item begins.
pub(super) fn skip_rest(input: ParseStream) -> syn::Result<()> {
    while !input.is_empty() && !starts_item(input) {
        if ends_item(&input.parse()?) {
            break;
        }
    }
    Ok(())
}

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

/// Whether the next tokens can only be the beginning of an item.
pub(super) fn starts_item(input: ParseStream) -> bool {
    input.peek(Token![#]) && input.peek2(Bracket)
        || input.peek(Token![async]) && input.peek2(Token![fn])
        || input.peek(Token![fn]) && input.peek2(Ident)
}
