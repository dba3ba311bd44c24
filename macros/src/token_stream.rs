//! HEADER

use proc_macro2::{TokenStream, TokenTree};

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
