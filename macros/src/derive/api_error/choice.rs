//! Renders the code that selects a variant. Exact statuses are tried in source order, then status classes in source
//! order. The first variant whose type can be decoded from the body is selected.

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::DeriveInput;

use super::model::{Content, ErrorEnum, Settings, Status, Variant};
use crate::derive::generics::depends_on;
use crate::names::{RuntimeItem, local, mixed_site};
use crate::token_stream::{self, ends};

/// Renders the required bounds for body types that depend on the enum's type parameters.
pub(super) fn render_bounds(item: &DeriveInput, settings: &Settings, found: &ErrorEnum) -> Vec<TokenStream> {
    let error_body = settings.runtime.item(RuntimeItem::ErrorBody);
    let bodies = found.variants.iter().filter(|variant| variant.other.is_none());
    let types = bodies.filter_map(|variant| Some(variant.content.as_ref()?.ty));
    types.filter(|ty| depends_on(&item.generics, ty)).map(|ty| quote!(#ty: #error_body)).collect()
}

pub(super) fn render_choice(settings: &Settings, found: &ErrorEnum) -> TokenStream {
    let (status, error) = (local("status"), local("error"));
    let error_status = settings.runtime.item(RuntimeItem::ErrorStatus);
    let exact = found.variants.iter().map(|variant| render_arm(settings, variant, false));
    let classes = found.variants.iter().map(|variant| render_arm(settings, variant, true));
    let arms = token_stream::concat(&mut exact.chain(classes));
    let read = (!arms.is_empty()).then(|| quote!(let #status = #error_status(&#error);));
    let other = found.variants.iter().filter_map(|variant| render_other(settings, variant));
    quote!(#read #arms #(#other)*)
}

/// Renders `if let Some(404 | 410) = status { ... }`, for the exact statuses of a variant or for its status classes.
fn render_arm(settings: &Settings, variant: &Variant, classes: bool) -> TokenStream {
    let statuses = variant.statuses.iter().map(|status| status.value);
    let patterns: Vec<TokenStream> =
        statuses.filter(|status| status.is_class() == classes).map(render_pattern).collect();
    if patterns.is_empty() {
        return TokenStream::new();
    }
    let (name, status) = (variant.name, local("status"));
    let choice = match &variant.content {
        None => quote!(return Self::#name {};),
        Some(content) => render_body(settings, variant, content),
    };
    quote! {
        if let ::core::option::Option::Some(#(#patterns)|*) = #status {
            #choice
        }
    }
}

fn render_pattern(status: Status) -> TokenStream {
    match status {
        Status::Exact(status) => Literal::u16_unsuffixed(status).into_token_stream(),
        Status::Class(digit) => {
            let [first, last] = [0, 99].map(|rest| Literal::u16_unsuffixed(digit * 100 + rest));
            quote!(#first..=#last)
        }
    }
}

fn render_body(settings: &Settings, variant: &Variant, content: &Content) -> TokenStream {
    let (name, error, body) = (variant.name, local("error"), local("body"));
    let read_body = settings.runtime.item(RuntimeItem::ReadErrorBody);
    let Content { member, ty } = content;
    quote! {
        if let ::core::option::Option::Some(#body) = #read_body::<#ty>(&#error) {
            return Self::#name { #member: #body };
        }
    }
}

/// The rendered call has the span of the whole type, so that the compiler underlines the whole type if that type is not
/// the runtime's error type.
fn render_other(settings: &Settings, variant: &Variant) -> Option<TokenStream> {
    let Content { member, ty } = variant.other.and(variant.content.as_ref())?;
    let (name, error, value) = (variant.name, local("error"), local("value"));
    let (first, last) = ends(ty);
    let other_error = settings.runtime.item_at(RuntimeItem::OtherError, mixed_site(first));
    let mut arguments = Group::new(Delimiter::Parenthesis, error.into_token_stream());
    arguments.set_span(mixed_site(last));
    let arguments = TokenTree::from(arguments);
    Some(quote! {
        let #value = #other_error::<#ty> #arguments;
        Self::#name { #member: #value }
    })
}
