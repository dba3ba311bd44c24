//! Renders a type such as `DynShop`, which holds any implementation of the trait behind a pointer.
//!
//! The trait's methods return futures whose types cannot be named, so a `Dyn` type uses an object-safe copy of the
//! trait, which `erased.rs` renders.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Visibility;

use super::attributes::propagated;
use super::erased::{render_call, render_erased_trait, render_inputs};
use super::signature::render_future_of;
use super::span::{ident_at, macro_visibility, method_span};
use super::stub;
use crate::api::{Api, Member};
use crate::names::{self, RuntimeItem};
use crate::syntax::{Item, Method, Receiver};

pub(super) fn render_dyn_type(api: &Api) -> Option<TokenStream> {
    let dyn_type = &api.dyn_type.as_ref()?.value;
    if api.source.is_generic() {
        return Some(render_dyn_type_stub(api, dyn_type));
    }
    let methods: Vec<&Method> = api.members.iter().filter_map(forwarded_method).collect();
    let kind = render_type(api, dyn_type);
    let erased = render_erased_trait(api, &methods);
    let implementation = render_implementation(api, dyn_type);
    Some(quote!(#kind #erased #implementation))
}

/// Returns the trait method that `member` represents, if the `Dyn` type forwards calls to that method.
fn forwarded_method<'a>(member: &'a Member<'a>) -> Option<&'a Method> {
    match member {
        Member::Endpoint(endpoint) => Some(endpoint.source),
        Member::Provided(method) => Some(method),
        Member::InvalidProvided(_) | Member::Invalid(_) | Member::Other(_) => None,
    }
}

fn render_type(api: &Api, dyn_type: &Ident) -> TokenStream {
    let (name, vis) = (&api.source.name.ident, macro_visibility(&api.source.vis));
    let (erased, text) = (names::erased(name), dyn_type.to_string());
    let lints = propagated(&api.source.attributes);
    // If another type is also named `DynShop`, each use of the struct's field causes an error, so only the functions
    // `wrap` and `inner` use the field.
    let (wrap, inner) = (names::local("wrap"), names::local("inner"));
    let title =
        format!("Holds any implementation of [`{}`], such as a client or a test double.", names::plain(name));
    quote! {
        #lints
        #[doc = #title]
        #[allow(dead_code)]
        #vis struct #dyn_type {
            inner: ::std::sync::Arc<dyn #erased>,
        }

        #lints
        #[allow(dead_code)]
        impl #dyn_type {
            /// Stores `implementation` behind a pointer that all clones share.
            #[must_use]
            #vis fn new(implementation: impl #name + 'static) -> Self {
                Self::#wrap(::std::sync::Arc::new(implementation))
            }

            fn #wrap(inner: ::std::sync::Arc<dyn #erased>) -> Self {
                Self { inner }
            }

            fn #inner(&self) -> &::std::sync::Arc<dyn #erased> {
                &self.inner
            }
        }

        #lints
        #[automatically_derived]
        impl ::core::clone::Clone for #dyn_type {
            fn clone(&self) -> Self {
                Self::#wrap(::core::clone::Clone::clone(self.#inner()))
            }
        }

        #lints
        #[automatically_derived]
        impl ::core::fmt::Debug for #dyn_type {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.debug_struct(#text).finish_non_exhaustive()
            }
        }
    }
}

/// Renders `impl Shop for DynShop`.
fn render_implementation(api: &Api, dyn_type: &Ident) -> TokenStream {
    let name = &api.source.name.ident;
    let lints = propagated(&api.source.attributes);
    let members = api.members.iter().map(|member| match member {
        Member::Invalid(method) => stub::render_stub(api, method),
        Member::Other(Item::Unsupported(unsupported)) => stub::render_item_stub(unsupported),
        Member::InvalidProvided(_) | Member::Other(_) => TokenStream::new(),
        Member::Endpoint(_) | Member::Provided(_) => {
            forwarded_method(member).map(|method| render_forwarded(api, method)).unwrap_or_default()
        }
    });
    quote! {
        #lints
        #[automatically_derived]
        #[allow(deprecated, refining_impl_trait)]
        impl #name for #dyn_type {
            #(#members)*
        }
    }
}

fn render_forwarded(api: &Api, method: &Method) -> TokenStream {
    let Method { attributes, fn_token, name, generics, output, .. } = method;
    let Receiver::Shared { source: receiver, .. } = &method.inputs.receiver else {
        return TokenStream::new();
    };
    let here = method_span(method);
    let erased = ident_at(names::erased(&api.source.name.ident), here);
    let (attributes, name, bounds) = (propagated(attributes), &name.ident, &generics.where_clause);
    let inputs = render_inputs(method, |ty| quote!(#ty));
    let erased_method = ident_at(names::erased_method(name), here);
    let path = quote_spanned!(here=> <dyn #erased as #erased>::#erased_method);
    let outliving = api.runtime.item_at(RuntimeItem::Outliving, here);
    let wrap = |name: &Ident, _| quote_spanned!(here=> #outliving::new(#name));
    let call = render_call(method, &path, Some(&ident_at(names::local("inner"), here)), &wrap);
    if !method.is_async() {
        let output = output.as_ref().map(|output| {
            let (arrow, ty) = (&output.arrow, &output.ty);
            quote!(#arrow #ty)
        });
        return quote_spanned! {here=>
            #attributes #fn_token #name #generics (#receiver #inputs) #output #bounds { #call }
        };
    }
    let output = output.as_ref().map_or_else(
        || quote_spanned!(here=> ()),
        |output| {
            let ty = &output.ty;
            quote!(#ty)
        },
    );
    let future = render_future_of(&output, here);
    quote_spanned! {here=>
        #attributes #fn_token #name #generics (#receiver #inputs) #future #bounds { async move { #call.await } }
    }
}

/// Renders a stub for a trait that cannot have a `Dyn` type. With the stub, code that uses the `Dyn` type still
/// compiles.
fn render_dyn_type_stub(api: &Api, dyn_type: &Ident) -> TokenStream {
    let empty = render_empty_dyn_type(dyn_type, &api.source.vis);
    let name = &api.source.name.ident;
    let (parameters, arguments, bounds) = api.source.generics.split_for_impl();
    let members = api.members.iter().map(|member| match member {
        Member::Endpoint(endpoint) => stub::render_stub(api, endpoint.source),
        Member::Invalid(method) => stub::render_stub(api, method),
        Member::Other(Item::Unsupported(unsupported)) => stub::render_item_stub(unsupported),
        Member::Other(_) | Member::Provided(_) | Member::InvalidProvided(_) => TokenStream::new(),
    });
    quote! {
        #empty

        #[allow(refining_impl_trait)]
        impl #parameters #name #arguments for #dyn_type #bounds {
            #(#members)*
        }
    }
}

pub(super) fn render_empty_dyn_type(dyn_type: &Ident, vis: &Visibility) -> TokenStream {
    let vis = macro_visibility(vis);
    quote! {
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code)]
        #vis struct #dyn_type;

        #[allow(dead_code)]
        impl #dyn_type {
            #vis fn new(_: impl ::core::marker::Sized) -> Self {
                Self
            }
        }
    }
}
