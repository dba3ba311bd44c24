//! The attribute macro of [afresh](https://docs.rs/afresh): an HTTP API declared as a trait becomes a typed client.
//!
//! Users depend on `afresh`, which re-exports [`macro@api`] and the derives; this crate is an implementation
//! detail and its output fits exactly one version of the runtime.
//!
//! This file is the boundary: nothing else names `proc_macro`. The module `expand` is the table of contents of the
//! attribute, `derive` that of the derives.

mod check;
mod codegen;
mod derive;
mod diag;
mod expand;
mod lower;
mod model;
mod names;
mod syntax;
mod tokens;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/api.md")]
#[proc_macro_attribute]
pub fn api(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/api_error.md")]
#[proc_macro_derive(ApiError, attributes(api_error, status, other))]
pub fn derive_api_error(item: TokenStream) -> TokenStream {
    derive::expand_api_error(item.into()).into()
}

#[doc = include_str!("../docs/as_tokens.md")]
#[proc_macro_derive(AsTokens, attributes(tokens))]
pub fn derive_as_tokens(item: TokenStream) -> TokenStream {
    derive::expand_as_tokens(item.into()).into()
}
