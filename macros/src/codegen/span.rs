//! HEADER

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Visibility;

use crate::names::mixed_site;
use crate::syntax::{Method, Output};
use crate::token_stream;

/// A span that points at the user's source but belongs to the macro: errors show the method_span, lints leave it alone.
/// Where all that is made of a method stands, and none of it at the attribute of the trait. The compiler knows a function
/// again by how far its parts are from one another: with one of them up there, whatever was edited in between would have
/// this method checked and compiled anew, and every method after it.
///
/// Where the arrow is, an error about the result underlines the result's type alone.
pub(super) fn method_span(method: &Method) -> Span {
    mixed_site(method.output.as_ref().map_or_else(|| method.name.ident.span(), Output::arrow_span))
}

/// An identifier at another place.
pub(super) fn ident_at(mut ident: Ident, here: Span) -> Ident {
    ident.set_span(here.resolved_at(ident.span()));
    ident
}

/// A text of ours at another place.
pub(super) fn string_at(text: &str, here: Span) -> Literal {
    let mut text = Literal::string(text);
    text.set_span(here);
    text
}

/// Tokens of mixed_site, and none of the user's, at another place.
pub(super) fn tokens_at(tokens: TokenStream, here: Span) -> TokenStream {
    token_stream::map(tokens, &|token| {
        let mut token = match token {
            TokenTree::Group(group) => Group::new(group.delimiter(), tokens_at(group.stream(), here)).into(),
            other => other,
        };
        token.set_span(here);
        token
    })
}

/// The visibility of the trait, as tokens of the macro: lints about it speak of the trait once.
pub(super) fn macro_visibility(vis: &Visibility) -> TokenStream {
    token_stream::map(vis.to_token_stream(), &|mut token| {
        token.set_span(mixed_site(token.span()));
        token
    })
}
