//! Renders a copy of the user's trait that is object-safe because its async methods return boxed futures.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;

use super::attributes::{cfgs, propagated};
use super::by_type::is_scalar;
use super::lifetime::with_one_lifetime;
use super::span::{ident_at, method_span};
use crate::api::Api;
use crate::names::{self, RuntimeItem};
use crate::syntax::{Method, Receiver};

/// Renders the erased trait, and its implementation for every type that implements the user's trait.
pub(super) fn render_erased_trait(api: &Api, methods: &[&Method]) -> TokenStream {
    let (name, some) = (&api.source.name.ident, names::implementation());
    let erased = names::erased(name);
    let lints = propagated(&api.source.attributes);
    let declared = methods.iter().map(|method| {
        let (attributes, signature) = (propagated(&method.attributes), render_signature(api, method));
        quote_spanned!(method_span(method)=> #attributes #signature;)
    });
    let forwarded = methods.iter().map(|method| {
        let (attributes, signature) = (propagated(&method.attributes), render_signature(api, method));
        let (here, own) = (method_span(method), &method.name.ident);
        let (this, name) = (ident_at(some.clone(), here), ident_at(name.clone(), here));
        let path = quote_spanned!(here=> <#this as #name>::#own);
        let call = render_call(method, &path, None, &|name, _| quote_spanned!(here=> #name.into_inner()));
        let body =
            if method.is_async() { quote_spanned!(here=> ::std::boxed::Box::pin(#call)) } else { call };
        quote_spanned!(here=> #attributes #signature { #body })
    });
    // The compiler already lints the user's types in the user's trait, so lints are disabled in the erased trait.
    quote! {
        #lints
        #[doc(hidden)]
        #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
        trait #erased: ::core::marker::Send + ::core::marker::Sync {
            #(#declared)*
        }

        #lints
        #[automatically_derived]
        #[allow(deprecated)]
        impl<#some: #name> #erased for #some {
            #(#forwarded)*
        }
    }
}

/// Renders the signature of a method in the erased trait. A method that is not async keeps its signature.
fn render_signature(api: &Api, method: &Method) -> TokenStream {
    let Method { fn_token, generics, output, .. } = method;
    let (here, mut one) = (method_span(method), names::lifetime());
    let name = ident_at(names::erased_method(&method.name.ident), here);
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
    let outliving = api.runtime.item_at(RuntimeItem::Outliving, here);
    let inputs = render_inputs(method, |ty| {
        let mapped = with_one_lifetime(quote!(#ty), &one);
        if is_wrapped(method, ty) { quote_spanned!(here=> #outliving<#one, #mapped>) } else { mapped }
    });
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

/// Renders the parameters with positional names, each preceded by a comma.
pub(super) fn render_inputs(method: &Method, ty: impl Fn(&Type) -> TokenStream) -> TokenStream {
    let here = method_span(method);
    let inputs = method.inputs.params.iter().enumerate().map(|(index, param)| {
        let (cfgs, ty) = (cfgs(&param.attributes), ty(&param.ty));
        let name = ident_at(names::argument(index), here);
        quote_spanned!(here=> , #(#cfgs)* #name: #ty)
    });
    quote!(#(#inputs)*)
}

/// Whether an argument is wrapped when it passes through the erased trait. A type such as `Cow<str>` can hide a
/// lifetime that has no name. The wrapper ensures that a lifetime hidden in the argument's type is long enough for the
/// boxed future.
fn is_wrapped(method: &Method, ty: &Type) -> bool {
    method.is_async() && !is_scalar(ty)
}

/// Renders `path(self, __afresh_0)`. If `inner` is `Some`, the first argument is the value that the method `inner`
/// returns, rather than `self`. The function `change` wraps or unwraps an argument.
pub(super) fn render_call(
    method: &Method,
    path: &TokenStream,
    inner: Option<&Ident>,
    change: &dyn Fn(&Ident, Span) -> TokenStream,
) -> TokenStream {
    let Receiver::Shared { self_token, .. } = &method.inputs.receiver else {
        return TokenStream::new();
    };
    let here = method_span(method);
    let receiver =
        inner.map_or_else(|| quote!(#self_token), |inner| quote_spanned!(here=> &**#self_token.#inner()));
    let arguments = method.inputs.params.iter().enumerate().map(|(index, param)| {
        let (cfgs, name) = (cfgs(&param.attributes), ident_at(names::argument(index), here));
        let value = if is_wrapped(method, &param.ty) { change(&name, here) } else { quote!(#name) };
        quote_spanned!(here=> , #(#cfgs)* #value)
    });
    quote_spanned!(here=> #path(#receiver #(#arguments)*))
}
