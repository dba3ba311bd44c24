//! Builds token streams from parts.
//!
//! The `FromIterator` implementations of proc-macro2 are generic, and each new iterator type adds 1,500 lines of LLVM
//! IR. Code that takes a `dyn` iterator is compiled only once.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

pub(crate) fn concat(streams: &mut dyn Iterator<Item = TokenStream>) -> TokenStream {
    streams.collect()
}

pub(crate) fn from_trees(trees: &mut dyn Iterator<Item = TokenTree>) -> TokenStream {
    trees.collect()
}

/// Applies `change` to each token at the top level. Tokens inside groups are not changed.
pub(crate) fn map(tokens: TokenStream, change: &dyn Fn(TokenTree) -> TokenTree) -> TokenStream {
    from_trees(&mut tokens.into_iter().map(change))
}

/// Returns the spans of the first and the last token.
pub(crate) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
