//! Renders stubs for items with errors. Code that uses an item with a stub compiles, so the compiler reports only the
//! original errors.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, LifetimeParam, Token};

use super::attributes::{cfgs, foreign, propagated};
use super::default_body::{render_end, render_stub_end};
use super::signature::{render_future_of, render_input};
use crate::api::Api;
use crate::names::RuntimeItem;
use crate::syntax::{
    End, Method, Parameter, Pattern, Receiver, Unsupported, UnsupportedKind, has_serialize_object, mentions,
};

/// Renders a valid replacement for the trait's declaration of `method`.
pub(super) fn render_declaration(api: &Api, method: &Method) -> TokenStream {
    let Method { attributes, fn_token, name, .. } = method;
    let generics = all_generics(api, method);
    let attributes = foreign(attributes);
    let (name, bounds) = (&name.ident, &generics.where_clause);
    let receiver = receiver(method);
    let has_body = matches!(method.end, End::Provided(_));
    let keeps_body = keeps_body(method);
    let params = method.inputs.params.iter().enumerate().map(|(index, param)| {
        let attributes = propagated_to_parameter(param);
        if can_keep_name(method, index, param) && (keeps_body || !has_body) {
            render_input(param, &attributes)
        } else {
            render_unnamed(param, &attributes)
        }
    });
    let output = render_future_of(&output(method), Span::mixed_site());
    let end = if keeps_body { render_end(method) } else { render_stub_end(method) };
    quote! {
        #attributes
        #[doc = ""]
        #fn_token #name #generics (#receiver #(, #params)*) #output #bounds #end
    }
}

/// Renders the client's stub for `method`. The stub never runs, because the crate does not compile.
pub(super) fn render_stub(api: &Api, method: &Method) -> TokenStream {
    let Method { attributes, fn_token, name, .. } = method;
    let generics = all_generics(api, method);
    let attributes = propagated(attributes);
    let (name, bounds) = (&name.ident, &generics.where_clause);
    let pending = api.runtime.item(RuntimeItem::Pending);
    let receiver = receiver(method);
    let params = method.inputs.params.iter().map(|param| render_unnamed(param, &cfgs_of(param)));
    let output = output(method);
    quote! {
        #attributes
        #fn_token #name #generics (#receiver #(, #params)*) -> #pending<#output> #bounds {
            ::core::unimplemented!()
        }
    }
}

/// Whether the stub's declaration has the names and types that the method's default body might use.
fn keeps_body(method: &Method) -> bool {
    let returns_impl = method.output.as_ref().is_some_and(|output| mentions(&output.ty, "impl"));
    let changes_self = matches!(method.inputs.receiver, Receiver::Other { .. });
    let mut params = method.inputs.params.iter().enumerate();
    params.all(|(index, param)| can_keep_name(method, index, param))
        && !returns_impl
        && !changes_self
        && !method.is_desugared
}

/// Returns a method's generics, together with the lifetimes that the method uses but does not declare.
fn all_generics(api: &Api, method: &Method) -> Generics {
    let mut generics = method.generics.clone();
    let missing = method.undeclared_lifetimes(&api.source.generics).into_iter();
    let missing = missing.map(|(lifetime, _)| GenericParam::Lifetime(LifetimeParam::new(lifetime)));
    let own = std::mem::take(&mut generics.params);
    generics.params = missing.chain(own).collect();
    generics
}

fn receiver(method: &Method) -> TokenStream {
    match &method.inputs.receiver {
        Receiver::Shared { source, .. } => source.clone(),
        Receiver::Missing | Receiver::Other { .. } => quote!(&self),
    }
}

fn output(method: &Method) -> TokenStream {
    match &method.output {
        Some(output) if !mentions(&output.ty, "impl") => output.ty.to_token_stream(),
        _ => quote!(()),
    }
}

fn render_unnamed(param: &Parameter, attributes: &TokenStream) -> TokenStream {
    let colon = &param.colon;
    let ty = if has_serialize_object(&param.ty) {
        quote!(impl ::core::marker::Sized)
    } else {
        param.ty.to_token_stream()
    };
    let underscore = Token![_](param.colon.span);
    quote!(#attributes #underscore #colon #ty)
}

/// Whether the stub's declaration can keep the name of the parameter. A repeated parameter name would cause a second
/// error.
fn can_keep_name(method: &Method, index: usize, param: &Parameter) -> bool {
    let earlier = method.inputs.params.iter().take(index);
    match &param.pattern {
        Pattern::Name(_) if has_serialize_object(&param.ty) => false,
        Pattern::Name(_) => !earlier.map(Parameter::plain_name).any(|name| name == param.plain_name()),
        Pattern::Other(_) => false,
    }
}

fn cfgs_of(param: &Parameter) -> TokenStream {
    let cfgs = cfgs(&param.attributes);
    quote!(#(#cfgs)*)
}

/// Returns those attributes of `param` that the compiler accepts on a parameter. Unknown attributes have already been
/// reported.
fn propagated_to_parameter(param: &Parameter) -> TokenStream {
    propagated(&param.attributes)
}

/// Renders the trait's declaration of an item that a client cannot implement.
pub(super) fn render_unsupported(unsupported: &Unsupported) -> TokenStream {
    match unsupported.kind {
        UnsupportedKind::Constant { .. } | UnsupportedKind::Type { .. } => unsupported.source.clone(),
        UnsupportedKind::Macro { .. } => TokenStream::new(),
    }
}

/// Renders the client's stub for an item that the client cannot implement.
pub(super) fn render_item_stub(unsupported: &Unsupported) -> TokenStream {
    match &unsupported.kind {
        UnsupportedKind::Constant { name, ty } => quote!(const #name: #ty = ::core::unimplemented!();),
        UnsupportedKind::Type { name, generics } => quote!(type #name #generics = ();),
        UnsupportedKind::Macro { .. } => TokenStream::new(),
    }
}
