//! `DynShop`: any implementation of a trait behind a pointer. Futures of no name cannot be, so beside the trait stands a
//! twin of it with boxed ones, which whatever implements the trait implements too.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Visibility;

use super::declaration::render_future_of;
use super::lifetime::with_one_lifetime;
use super::{carried, cfgs, client, fallback, located, place};
use crate::model::{Api, Member};
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
    let (name, vis) = (&api.source.name.ident, client::respan(&api.source.vis));
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

/// The twin, and everything that is one.
fn render_twin(api: &Api, held: &[&Method]) -> TokenStream {
    let (name, some) = (&api.source.name.ident, names::implementation());
    let twin = names::erased(name);
    let lints = carried(&api.source.attributes);
    let declared = held.iter().map(|method| {
        let (attributes, signature) = (carried(&method.attributes), render_signature(method));
        quote_spanned!(place(method)=> #attributes #signature;)
    });
    let forwarded = held.iter().map(|method| {
        let (attributes, signature) = (carried(&method.attributes), render_signature(method));
        let (here, own) = (place(method), &method.name.ident);
        let (this, api) = (located(some.clone(), here), located(name.clone(), here));
        let call = render_call(method, &quote_spanned!(here=> <#this as #api>::#own), None);
        let body =
            if method.is_async() { quote_spanned!(here=> ::std::boxed::Box::pin(#call)) } else { call };
        quote_spanned!(here=> #attributes #signature { #body })
    });
    // It repeats the user's types: what is to be said of them is said of the trait.
    quote! {
        #lints
        #[doc(hidden)]
        #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
        trait #twin: ::core::marker::Send + ::core::marker::Sync {
            #(#declared)*
        }

        #lints
        #[automatically_derived]
        #[allow(deprecated)]
        impl<#some: #name> #twin for #some {
            #(#forwarded)*
        }
    }
}

/// The signature in the twin. A method that is not async needs no other than its own.
fn render_signature(method: &Method) -> TokenStream {
    let Method { fn_token, generics, output, .. } = method;
    let (here, mut one) = (place(method), names::lifetime());
    let name = located(names::erased_method(&method.name.ident), here);
    one.set_span(here);
    let Receiver::Shared { source: receiver, self_token } = &method.inputs.receiver else {
        return TokenStream::new();
    };
    if !method.is_async() {
        let inputs = render_inputs(method, |ty| quote!(#ty));
        let output = output.as_ref().map(|output| {
            let (arrow, ty) = (&output.arrow, &output.ty);
            quote!(#arrow #ty)
        });
        let bounds = &generics.where_clause;
        return quote_spanned!(here=> #fn_token #name #generics (#receiver #inputs) #output #bounds);
    }
    let inputs = render_inputs(method, |ty| with_one_lifetime(quote!(#ty), &one));
    let output = output
        .as_ref()
        .map_or_else(|| quote!(()), |output| with_one_lifetime(output.ty.to_token_stream(), &one));
    let bounds = with_one_lifetime(generics.where_clause.to_token_stream(), &one);
    quote_spanned! {here=>
        #fn_token #name<#one>(&#one #self_token #inputs) -> ::core::pin::Pin<::std::boxed::Box<
            dyn ::core::future::Future<Output = #output> + ::core::marker::Send + #one
        >> #bounds
    }
}

/// The parameters by their positions, each after a comma.
fn render_inputs(method: &Method, ty: impl Fn(&syn::Type) -> TokenStream) -> TokenStream {
    let here = place(method);
    let inputs = method.inputs.params.iter().enumerate().map(|(index, param)| {
        let (cfgs, ty) = (cfgs(&param.attributes), ty(&param.ty));
        let name = located(names::argument(index), here);
        quote_spanned!(here=> , #(#cfgs)* #name: #ty)
    });
    quote!(#(#inputs)*)
}

/// `path(self, __afresh_0)`, or with what is `held` in the place of `self`.
fn render_call(method: &Method, path: &TokenStream, held: Option<&TokenStream>) -> TokenStream {
    let Receiver::Shared { self_token, .. } = &method.inputs.receiver else {
        return TokenStream::new();
    };
    let here = place(method);
    let receiver =
        held.map_or_else(|| quote!(#self_token), |held| quote_spanned!(here=> &*#self_token.#held));
    let arguments = method.inputs.params.iter().enumerate().map(|(index, param)| {
        let (cfgs, name) = (cfgs(&param.attributes), located(names::argument(index), here));
        quote_spanned!(here=> , #(#cfgs)* #name)
    });
    quote_spanned!(here=> #path(#receiver #(#arguments)*))
}

/// `impl Shop for DynShop`
fn render_implementation(api: &Api, holder: &Ident) -> TokenStream {
    let name = &api.source.name.ident;
    let lints = carried(&api.source.attributes);
    let members = api.members.iter().map(|member| match member {
        Member::Broken(method) => fallback::render_stub(api, method),
        Member::Other(Item::Refused(refused)) => fallback::render_stand_in(refused),
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
        Member::Endpoint(endpoint) => fallback::render_stub(api, endpoint.source),
        Member::Broken(method) => fallback::render_stub(api, method),
        Member::Other(Item::Refused(refused)) => fallback::render_stand_in(refused),
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
    let vis = client::respan(vis);
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
