//! Renders the implementation of `AsTokens`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Token};

use super::model::{FieldPath, Found, PARTS, Part, Source, TokenStruct};
use crate::derive::generics::{depends_on, render_where};
use crate::names::{Runtime, RuntimeItem, local, mixed_site};

pub(super) fn render(item: &DeriveInput, found: &TokenStruct) -> TokenStream {
    let (runtime, tokens) = (&found.runtime, local("tokens"));
    let token_fields = runtime.item(RuntimeItem::TokenFields);
    let in_order =
        PARTS.iter().flat_map(|(_, part)| found.parts.iter().filter(move |found| found.part == *part));
    let assignments = in_order.map(|found| render_assignment(runtime, found));
    let body = quote! {
        let mut #tokens = #token_fields::none();
        #(#assignments)*
        #tokens.into_tokens()
    };
    let bounds: Vec<TokenStream> =
        found.parts.iter().filter_map(|found| render_bound(item, runtime, found)).collect();
    render_impl(item, runtime, &bounds, &body)
}

/// Renders the implementation for an invalid struct, so that code that uses the struct compiles.
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
    let as_tokens = runtime.item(RuntimeItem::AsTokens);
    let tokens = runtime.item(RuntimeItem::Tokens);
    let (parameters, arguments, _) = item.generics.split_for_impl();
    let bounds = render_where(&item.generics, bounds);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #parameters #as_tokens for #name #arguments #bounds {
            fn as_tokens(&self) -> #tokens {
                #body
            }
        }
    }
}

/// Renders `tokens.access::<String>(&self.jwt);`. The spans are set so that compiler errors underline the field's type
/// or the path that the user wrote.
fn render_assignment(runtime: &Runtime, found: &Found) -> TokenStream {
    let tokens = local("tokens");
    let name = found.part.name();
    let token_fields = runtime.item(RuntimeItem::TokenFields);
    match &found.source {
        Source::Field(member, ty) => {
            let method = Ident::new(name, mixed_site(found.at.span()));
            quote!(#token_fields::#method::<#ty>(&mut #tokens, &self.#member);)
        }
        Source::Path(FieldPath { at, members }) => {
            let span = mixed_site(at.span());
            let method = Ident::new(name, span);
            // The keyword `self` must resolve as if the user had written it.
            let this = Token![self](at.span().resolved_at(Span::call_site()));
            let value = quote_spanned!(span=> &#this #(.#members)*);
            quote_spanned!(span=> #tokens.#method(#value);)
        }
    }
}

/// Renders the bound on a field's type, if the type depends on the struct's type parameters.
fn render_bound(item: &DeriveInput, runtime: &Runtime, found: &Found) -> Option<TokenStream> {
    let Source::Field(_, ty) = &found.source else {
        return None;
    };
    let bound = match found.part {
        Part::Nested => RuntimeItem::AsTokens,
        Part::ExpiresIn => RuntimeItem::TokenLifetime,
        Part::Access | Part::Refresh | Part::TokenType | Part::Scope => RuntimeItem::TokenText,
    };
    let bound = runtime.item(bound);
    depends_on(&item.generics, ty).then(|| quote!(#ty: #bound))
}
