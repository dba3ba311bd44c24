//! Searches tokens for words and references.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

/// Whether the tokens contain `word` at any depth, such as `impl` in `Option<impl Trait>`.
pub(crate) fn mentions(tokens: impl ToTokens, word: &str) -> bool {
    any_word(&tokens.into_token_stream(), &|other| other == word)
}

/// Whether a type contains a reference outside parentheses and brackets.
pub(crate) fn mentions_reference(ty: &Type) -> bool {
    let is_and = |token| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '&');
    ty.to_token_stream().into_iter().any(is_and)
}

pub(super) fn any_word(tokens: &TokenStream, is_it: &dyn Fn(&str) -> bool) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => any_word(&group.stream(), is_it),
        TokenTree::Ident(word) => is_it(&word.to_string()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

pub(super) fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}
