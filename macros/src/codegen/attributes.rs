//! Selects the user's attributes that also appear on generated items.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Meta;

use crate::syntax::Attribute;
use crate::token_stream;

/// Returns the `#[cfg(...)]` attributes of a syntax node. All code that is generated from a syntax node must have the
/// node's `cfg` attributes.
pub(super) fn cfgs(attributes: &[Attribute]) -> Vec<&syn::Attribute> {
    attributes.iter().filter(|attribute| attribute.is_cfg()).map(|attribute| &attribute.source).collect()
}

/// Returns an item's `cfg` and lint attributes, which must also be on the code generated for the item. An `expect`
/// attribute becomes `allow`, because the expected lint might not fire in generated code.
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

pub(super) fn foreign(attributes: &[Attribute]) -> TokenStream {
    let foreign =
        attributes.iter().filter(|attribute| attribute.is_foreign()).map(|attribute| &attribute.source);
    quote!(#(#foreign)*)
}
