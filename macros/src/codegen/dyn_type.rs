//! HEADER

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Visibility;

use super::attributes::carried;
use super::erased::{render_call, render_inputs, render_twin};
use super::signature::render_future_of;
use super::span::{located, place, respan};
use super::stub;
use crate::api::{Api, Member};
use crate::names;
use crate::syntax::{Item, Method, Receiver};

/// The holder, if the trait asks for one.
pub(super) fn render_holder(api: &Api) -> Option<TokenStream> {
    let holder = &api.holder.as_ref()?.value;
    if api.source.is_generic() {
        return Some(render_stand_in(api, holder));
    }
    let held: Vec<&Method> = api.members.iter().filter_map(held).collect();
    let kind = render_type(api, holder);
    let twin = render_twin(api, &held);
    let implementation = render_implementation(api, holder);
    Some(quote!(#kind #twin #implementation))
}

/// The methods that reach what is held.
fn held<'a>(member: &'a Member<'a>) -> Option<&'a Method> {
    match member {
        Member::Endpoint(endpoint) => Some(endpoint.source),
        Member::Provided(method) => Some(method),
        Member::Flawed(_) | Member::Broken(_) | Member::Other(_) => None,
    }
}

fn render_type(api: &Api, holder: &Ident) -> TokenStream {
    let (name, vis) = (&api.source.name.ident, respan(&api.source.vis));
    let (twin, text) = (names::erased(name), holder.to_string());
    let lints = carried(&api.source.attributes);
    let title = format!(
        "Any implementation of [`{}`], behind a pointer: a client, a test double.",
        names::plain(name)
    );
    quote! {
        #lints
        #[doc = #title]
        #[derive(::core::clone::Clone)]
        #[allow(dead_code)]
        #vis struct #holder {
            held: ::std::sync::Arc<dyn #twin>,
        }

        #lints
        #[allow(dead_code)]
        impl #holder {
            /// Holds `implementation` from now on. Clones hold the same.
            #[must_use]
            #vis fn new(implementation: impl #name + 'static) -> Self {
                Self { held: ::std::sync::Arc::new(implementation) }
            }
        }

        #lints
        #[automatically_derived]
        impl ::core::fmt::Debug for #holder {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.debug_struct(#text).finish_non_exhaustive()
            }
        }
    }
}

/// `impl Shop for DynShop`
fn render_implementation(api: &Api, holder: &Ident) -> TokenStream {
    let name = &api.source.name.ident;
    let lints = carried(&api.source.attributes);
    let members = api.members.iter().map(|member| match member {
        Member::Broken(method) => stub::render_stub(api, method),
        Member::Other(Item::Refused(refused)) => stub::render_stand_in(refused),
        Member::Flawed(_) | Member::Other(_) => TokenStream::new(),
        Member::Endpoint(_) | Member::Provided(_) => {
            held(member).map(|method| render_forwarded(api, method)).unwrap_or_default()
        }
    });
    quote! {
        #lints
        #[automatically_derived]
        #[allow(deprecated, refining_impl_trait)]
        impl #name for #holder {
            #(#members)*
        }
    }
}

/// A method of the holder: what is held does it.
fn render_forwarded(api: &Api, method: &Method) -> TokenStream {
    let Method { attributes, fn_token, name, generics, output, .. } = method;
    let Receiver::Shared { source: receiver, .. } = &method.inputs.receiver else {
        return TokenStream::new();
    };
    let here = place(method);
    let twin = located(names::erased(&api.source.name.ident), here);
    let (attributes, name, bounds) = (carried(attributes), &name.ident, &generics.where_clause);
    let inputs = render_inputs(method, |ty| quote!(#ty));
    let erased = located(names::erased_method(name), here);
    let path = quote_spanned!(here=> <dyn #twin as #twin>::#erased);
    let call = render_call(method, &path, Some(&quote_spanned!(here=> held)));
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

/// A holder of a trait that cannot have one, so that whatever uses it still compiles.
fn render_stand_in(api: &Api, holder: &Ident) -> TokenStream {
    let empty = render_empty(holder, &api.source.vis);
    let name = &api.source.name.ident;
    let (parameters, arguments, bounds) = api.source.generics.split_for_impl();
    let members = api.members.iter().map(|member| match member {
        Member::Endpoint(endpoint) => stub::render_stub(api, endpoint.source),
        Member::Broken(method) => stub::render_stub(api, method),
        Member::Other(Item::Refused(refused)) => stub::render_stand_in(refused),
        Member::Other(_) | Member::Provided(_) | Member::Flawed(_) => TokenStream::new(),
    });
    quote! {
        #empty

        #[allow(refining_impl_trait)]
        impl #parameters #name #arguments for #holder #bounds {
            #(#members)*
        }
    }
}

/// A holder that holds nothing.
pub(super) fn render_empty(holder: &Ident, vis: &Visibility) -> TokenStream {
    let vis = respan(vis);
    quote! {
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code)]
        #vis struct #holder;

        #[allow(dead_code)]
        impl #holder {
            #vis fn new(_: impl ::core::marker::Sized) -> Self {
                Self
            }
        }
    }
}
