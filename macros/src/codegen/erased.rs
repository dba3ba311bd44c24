//! HEADER

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::attributes::{carried, cfgs};
use super::lifetime::with_one_lifetime;
use super::span::{located, place};
use crate::api::Api;
use crate::names;
use crate::syntax::{Method, Receiver};

/// The twin, and everything that is one.
pub(super) fn render_twin(api: &Api, held: &[&Method]) -> TokenStream {
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
pub(super) fn render_inputs(method: &Method, ty: impl Fn(&syn::Type) -> TokenStream) -> TokenStream {
    let here = place(method);
    let inputs = method.inputs.params.iter().enumerate().map(|(index, param)| {
        let (cfgs, ty) = (cfgs(&param.attributes), ty(&param.ty));
        let name = located(names::argument(index), here);
        quote_spanned!(here=> , #(#cfgs)* #name: #ty)
    });
    quote!(#(#inputs)*)
}

/// `path(self, __afresh_0)`, or with what is `held` in the place of `self`.
pub(super) fn render_call(method: &Method, path: &TokenStream, held: Option<&TokenStream>) -> TokenStream {
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
