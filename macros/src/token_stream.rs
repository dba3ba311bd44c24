//! HEADER

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// One stream after the other.
pub(crate) fn concat(streams: &mut dyn Iterator<Item = TokenStream>) -> TokenStream {
    streams.collect()
}

pub(crate) fn from_trees(trees: &mut dyn Iterator<Item = TokenTree>) -> TokenStream {
    trees.collect()
}

/// Each token, not those within groups, changed.
pub(crate) fn map(tokens: TokenStream, change: &dyn Fn(TokenTree) -> TokenTree) -> TokenStream {
    from_trees(&mut tokens.into_iter().map(change))
}

/// The span of the first and of the last token.
pub(crate) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
