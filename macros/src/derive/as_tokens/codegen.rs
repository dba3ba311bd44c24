//! From the model to `impl AsTokens`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Token};

use super::model::{FieldPath, Found, PARTS, Part, Source, TokenStruct};
use crate::derive::generics::{depends_on, render_where};
use crate::derive::span::{local, ours};
use crate::names::Runtime;

/// Everything that the derive adds.
pub(super) fn render(item: &DeriveInput, found: &TokenStruct) -> TokenStream {
    let (runtime, tokens) = (&found.runtime, local("tokens"));
    let in_order =
        PARTS.iter().flat_map(|(_, part)| found.parts.iter().filter(move |found| found.part == *part));
    let takings = in_order.map(|found| render_taking(runtime, found));
    let body = quote! {
        let mut #tokens = #runtime::__private::TokenFields::none();
        #(#takings)*
        #tokens.into_tokens()
    };
    let bounds: Vec<TokenStream> =
        found.parts.iter().filter_map(|found| render_bound(item, runtime, found)).collect();
    render_impl(item, runtime, &bounds, &body)
}

/// The same impl for an item that something is wrong with, so that whatever uses it compiles.
pub(super) fn render_fallback(item: &DeriveInput, runtime: &Runtime) -> TokenStream {
    render_impl(item, runtime, &[], &quote!(::core::unimplemented!()))
}

fn render_impl(
    item: &DeriveInput,
    runtime: &Runtime,
    bounds: &[TokenStream],
    body: &TokenStream,
) -> TokenStream {
    let name = &item.ident;
    let (parameters, arguments, _) = item.generics.split_for_impl();
    let bounds = render_where(&item.generics, bounds);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #parameters #runtime::AsTokens for #name #arguments #bounds {
            fn as_tokens(&self) -> #runtime::Tokens {
                #body
            }
        }
    }
}

/// `tokens.access::<String>(&self.jwt);`: the user's type, or the path, is what an error underlines.
fn render_taking(runtime: &Runtime, found: &Found) -> TokenStream {
    let tokens = local("tokens");
    let name = found.part.name();
    match &found.source {
        Source::Field(member, ty) => {
            let method = Ident::new(name, ours(found.at.span()));
            quote!(#runtime::__private::TokenFields::#method::<#ty>(&mut #tokens, &self.#member);)
        }
        Source::Path(FieldPath { at, members }) => {
            let span = ours(at.span());
            let method = Ident::new(name, span);
            // The receiver of the impl's method, whose name is not of the macro's own.
            let this = Token![self](at.span().resolved_at(Span::call_site()));
            let value = quote_spanned!(span=> &#this #(.#members)*);
            quote_spanned!(span=> #tokens.#method(#value);)
        }
    }
}

/// What the type of a field must be where that depends on the struct's parameters.
fn render_bound(item: &DeriveInput, runtime: &Runtime, found: &Found) -> Option<TokenStream> {
    let Source::Field(_, ty) = &found.source else {
        return None;
    };
    let bound = match found.part {
        Part::Nested => quote!(AsTokens),
        Part::ExpiresIn => quote!(TokenLifetime),
        Part::Access | Part::Refresh | Part::TokenType | Part::Scope => quote!(TokenText),
    };
    depends_on(&item.generics, ty).then(|| quote!(#ty: #runtime::#bound))
}
