//! Sets the spans of generated tokens, which determine where the compiler shows errors.

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Visibility;

use crate::names::mixed_site;
use crate::syntax::{Method, Output};
use crate::token_stream;

/// Returns the span of all code that is generated from a method. The span of a method is the arrow of its return type,
/// so that an error about the result underlines only the return type.
///
/// Generated tokens must not have the span of the `#[api]` attribute. Incremental compilation identifies a function by
/// the distances between the function's tokens. If a method had a token with the span of `#[api]`, an edit above that
/// method would make the compiler recompile that method and all later methods.
pub(super) fn method_span(method: &Method) -> Span {
    mixed_site(method.output.as_ref().map_or_else(|| method.name.ident.span(), Output::arrow_span))
}

/// Moves an identifier to the source location `here`, without changing the identifier's hygiene.
pub(super) fn ident_at(mut ident: Ident, here: Span) -> Ident {
    ident.set_span(here.resolved_at(ident.span()));
    ident
}

pub(super) fn string_at(text: &str, here: Span) -> Literal {
    let mut text = Literal::string(text);
    text.set_span(here);
    text
}

/// Sets the span of generated tokens. Do not pass user-written tokens to `tokens_at`.
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

/// Returns the trait's visibility with the macro's spans, so that a lint about the visibility fires only once.
pub(super) fn macro_visibility(vis: &Visibility) -> TokenStream {
    token_stream::map(vis.to_token_stream(), &|mut token| {
        token.set_span(mixed_site(token.span()));
        token
    })
}
