//! HEADER

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Meta;

use crate::syntax::Attribute;
use crate::token_stream;

/// The conditions that whatever belongs to a node shares with it.
pub(super) fn cfgs(attributes: &[Attribute]) -> Vec<&syn::Attribute> {
    attributes.iter().filter(|attribute| attribute.is_cfg()).map(|attribute| &attribute.source).collect()
}

/// What of a node's attributes holds for the generated counterpart too: conditions and lint levels. An expectation
/// that is met on the trait need not be met again.
pub(super) fn propagated(attributes: &[Attribute]) -> TokenStream {
    let propagated = attributes.iter().filter(|attribute| attribute.is_cfg() || attribute.is_lint_level());
    token_stream::concat(&mut propagated.map(|attribute| match &attribute.source.meta {
        Meta::List(list) if attribute.name == "expect" => {
            let lints = &list.tokens;
            quote!(#[allow(#lints)])
        }
        _ => attribute.source.to_token_stream(),
    }))
}

/// The attributes that are not ours, where they were written.
pub(super) fn foreign(attributes: &[Attribute]) -> TokenStream {
    let foreign =
        attributes.iter().filter(|attribute| attribute.is_foreign()).map(|attribute| &attribute.source);
    quote!(#(#foreign)*)
}
