//! Renders the implementations of `From<afresh::Error>`, `Display` and `Error`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::choice::{render_bounds, render_choice};
use super::model::{Content, ErrorEnum, Settings, Variant};
use crate::derive::generics::render_where;
use crate::names::{RuntimeItem, local};
use crate::token_stream;

pub(super) fn render(item: &DeriveInput, settings: &Settings, found: &ErrorEnum) -> TokenStream {
    let bounds = render_bounds(item, settings, found);
    let from = render_from(item, settings, &bounds, &render_choice(settings, found));
    if settings.from_only || settings.thiserror.is_some() {
        return from;
    }
    let display = render_display(
        item,
        &token_stream::concat(&mut found.variants.iter().map(|variant| render_message(settings, variant))),
    );
    let error = render_error(
        item,
        &token_stream::concat(
            &mut found.variants.iter().filter_map(|variant| render_source(settings, variant)),
        ),
    );
    quote!(#from #display #error)
}

/// Renders the implementations for an invalid enum, so that code that uses the enum compiles.
pub(super) fn render_fallback(item: &DeriveInput, settings: &Settings) -> TokenStream {
    let unreachable = quote!(::core::unimplemented!());
    let from = render_from(item, settings, &[], &unreachable);
    if settings.from_only || settings.thiserror.is_some() {
        return from;
    }
    let display = render_display(item, &quote!(_ => #unreachable,));
    let error = render_error(item, &TokenStream::new());
    quote!(#from #display #error)
}

fn render_from(
    item: &DeriveInput,
    settings: &Settings,
    bounds: &[TokenStream],
    body: &TokenStream,
) -> TokenStream {
    let (name, error) = (&item.ident, local("error"));
    let error_type = settings.runtime.item(RuntimeItem::Error);
    let (parameters, arguments, _) = item.generics.split_for_impl();
    let bounds = render_where(&item.generics, bounds);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #parameters ::core::convert::From<#error_type> for #name #arguments #bounds {
            fn from(#error: #error_type) -> Self {
                #body
            }
        }
    }
}

fn render_display(item: &DeriveInput, wordings: &TokenStream) -> TokenStream {
    let (name, formatter) = (&item.ident, local("formatter"));
    let (parameters, arguments, bounds) = item.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #parameters ::core::fmt::Display for #name #arguments #bounds {
            fn fmt(&self, #formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #wordings
                }
            }
        }
    }
}

/// Renders a match arm of `Display`. The arm writes the variant's documentation, or the variant's statuses if the
/// variant has no documentation. The `Display` output never contains the response body.
fn render_message(settings: &Settings, variant: &Variant) -> TokenStream {
    let (name, formatter, error) = (variant.name, local("formatter"), local("error"));
    if let (Some(_), Some(Content { member, .. })) = (variant.other, &variant.content) {
        let display = settings.runtime.item(RuntimeItem::DisplayOther);
        return quote! {
            Self::#name { #member: #error } => #display(#error, #formatter),
        };
    }
    let text = variant.doc.clone().unwrap_or_else(|| default_message(variant));
    quote!(Self::#name { .. } => #formatter.write_str(#text),)
}

fn default_message(variant: &Variant) -> String {
    let statuses: Vec<String> = variant.statuses.iter().map(|status| status.value.to_string()).collect();
    format!("the server answered {}", statuses.join(" or "))
}

fn render_error(item: &DeriveInput, sources: &TokenStream) -> TokenStream {
    let name = &item.ident;
    let (parameters, arguments, _) = item.generics.split_for_impl();
    let debug = (!item.generics.params.is_empty()).then(|| quote!(Self: ::core::fmt::Debug));
    let bounds = render_where(&item.generics, debug.as_slice());
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #parameters ::core::error::Error for #name #arguments #bounds {
            fn source(&self) -> ::core::option::Option<&(dyn ::core::error::Error + 'static)> {
                match self {
                    #sources
                    #[allow(unreachable_patterns)]
                    _ => ::core::option::Option::None,
                }
            }
        }
    }
}

/// The `Display` output of the `#[other]` variant is the message of the error that the variant holds, so `source`
/// returns the source of that error. Another check reports a value of the wrong type, so the rendered code is generic
/// over the value's type and does not cause a second compile error.
fn render_source(settings: &Settings, variant: &Variant) -> Option<TokenStream> {
    let (name, error) = (variant.name, local("error"));
    let Content { member, .. } = variant.other.and(variant.content.as_ref())?;
    let error_source = settings.runtime.item(RuntimeItem::ErrorSource);
    Some(quote!(Self::#name { #member: #error } => #error_source(#error),))
}
