//! Searches tokens for words and references.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Lifetime, Type};

/// Whether the tokens contain `word` at any depth, such as `impl` in `Option<impl Trait>`.
pub(crate) fn mentions(tokens: impl ToTokens, word: &str) -> bool {
    any_word(&tokens.into_token_stream(), &|other| other == word)
}

/// Whether a type contains a reference outside parentheses and brackets.
pub(crate) fn mentions_reference(ty: &Type) -> bool {
    let is_and = |token| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '&');
    ty.to_token_stream().into_iter().any(is_and)
}

/// Whether a type contains serde's `dyn Serialize`. `dyn Serialize` is never a valid type, because the methods of
/// `Serialize` are generic.
pub(crate) fn has_serialize_object(ty: &impl ToTokens) -> bool {
    let mut words: Vec<String> = Vec::new();
    for token in ty.to_token_stream() {
        match token {
            TokenTree::Group(group) if has_serialize_object(&group.stream()) => return true,
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            TokenTree::Group(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => words.clear(),
            TokenTree::Ident(word) => words.push(word.to_string()),
        }
        let path: Vec<&str> = words.iter().map(String::as_str).collect();
        if matches!(
            path.as_slice(),
            ["dyn", "Serialize"] | ["dyn", "serde", "Serialize"] | ["dyn", "serde", "ser", "Serialize"]
        ) {
            return true;
        }
    }
    false
}

pub(super) fn lifetimes_in(tokens: TokenStream) -> Vec<Lifetime> {
    let mut found = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                if let Some(TokenTree::Ident(name)) = tokens.next() {
                    found.push(Lifetime { apostrophe: quote.span(), ident: name });
                }
            }
            TokenTree::Group(group) => found.extend(lifetimes_in(group.stream())),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
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
