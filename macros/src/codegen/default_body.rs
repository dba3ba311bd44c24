//! Renders the end of a trait method: `;`, or the default body, which implementations can override.

use proc_macro2::{Group, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Token;

use super::attributes::cfgs;
use super::span::{ident_at, method_span};
use crate::names::{self, mixed_site};
use crate::syntax::{End, Method, Pattern, mentions};

/// Renders `;` for a method without a default body, or the default body as a block that returns a future.
///
/// The rendered block borrows every parameter, so that the compiler does not report an unused parameter. The client
/// sends all parameters, so a parameter that the default body does not use is not a mistake.
pub(super) fn render_end(method: &Method) -> TokenStream {
    let body = match &method.end {
        End::Declared(semi) => return semi.to_token_stream(),
        End::Provided(body) => body,
    };
    let here = method_span(method);
    let uses = method.inputs.params.iter().filter_map(|param| match &param.pattern {
        Pattern::Name(name) => {
            let cfgs = cfgs(&param.attributes);
            Some(quote_spanned!(here=> #(#cfgs)* let _ = &#name;))
        }
        Pattern::Other(_) => None,
    });
    let future = render_async_block(method, body);
    quote_spanned!(here=> { #(#uses)* #future })
}

/// Renders `;`, or a default body that never runs. The user's default body is replaced, because it would not compile
/// with the stub's declaration.
pub(super) fn render_stub_end(method: &Method) -> TokenStream {
    let here = method_span(method);
    match &method.end {
        End::Declared(_) => Token![;](here).to_token_stream(),
        End::Provided(_) => quote_spanned!(here=> { async move { ::core::unimplemented!() } }),
    }
}

/// Renders `async move { ... }`. The rendered block contains a `return` that never runs but fixes the result type, so
/// that the compiler reports a type mismatch at the expression that causes it.
pub(super) fn render_async_block(method: &Method, body: &Group) -> TokenStream {
    let span = method.qualifiers.asyncness.map_or_else(|| method_span(method), |word| mixed_site(word.span));
    let stated = method.output.as_ref().filter(|output| !mentions(&output.ty, "impl")).map(|output| {
        let (ty, result) = (&output.ty, ident_at(names::local("result"), span));
        quote_spanned! {span=>
            if let ::core::option::Option::Some(#result) = ::core::option::Option::None::<#ty> {
                return #result;
            }
        }
    });
    quote_spanned!(span=> async move { #stated #body })
}
