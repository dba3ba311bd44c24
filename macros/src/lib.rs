//! The procedural macros of [afresh](https://docs.rs/afresh). The `api` attribute turns a trait that declares an HTTP
//! API into a typed client.
//!
//! Depend on `afresh`, which re-exports [`macro@api`] and the derive macros. The crate `afresh-macros` is an
//! implementation detail of `afresh`, and the generated code works with exactly one version of the runtime.
//!
//! This file is the interface to the compiler: no other file mentions `proc_macro`. To read the code of the attribute
//! macro, start with `expand`; for the derive macros, start with `derive`.

mod api;
mod check;
mod codegen;
mod derive;
mod diag;
mod expand;
mod lower;
mod manifest;
mod model;
mod names;
mod syntax;
mod token_stream;

#[cfg(test)]
mod tests;

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
