//! Renders the parts of a signature that the trait, the client and the stubs share.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::attributes::foreign;
use super::span::method_span;
use crate::names::mixed_site;
use crate::syntax::{Method, Output, Parameter, Pattern, Receiver};

/// Renders `-> impl Future<Output = R> + Send`, with the span of the arrow.
pub(super) fn render_future(output: &Output) -> TokenStream {
    render_future_of(&output.ty, mixed_site(output.arrow_span()))
}

/// The bounds are written out, because a trait alias for the bounds would work neither with `dyn` nor with mocks.
pub(super) fn render_future_of(output: &impl ToTokens, span: Span) -> TokenStream {
    quote_spanned! {span=>
        -> impl ::core::future::Future<Output = #output> + ::core::marker::Send
    }
}

/// Renders `self` and the parameters, without this macro's attributes.
pub(super) fn render_inputs(method: &Method) -> TokenStream {
    let types: Vec<TokenStream> =
        method.inputs.params.iter().map(|param| param.ty.to_token_stream()).collect();
    render_inputs_of(method, &types)
}

pub(super) fn render_inputs_of(method: &Method, types: &[TokenStream]) -> TokenStream {
    let receiver = match &method.inputs.receiver {
        Receiver::Missing => None,
        Receiver::Shared { source, .. } | Receiver::Other { source, .. } => Some(source.clone()),
    };
    let params = method.inputs.params.iter().zip(types).map(|(param, ty)| {
        let attributes = foreign(&param.attributes);
        render_input_of(param, &attributes, ty)
    });
    let inputs = receiver.into_iter().chain(params);
    quote_spanned!(method_span(method)=> #(#inputs),*)
}

pub(super) fn render_input(param: &Parameter, attributes: &TokenStream) -> TokenStream {
    render_input_of(param, attributes, &param.ty)
}

fn render_input_of(param: &Parameter, attributes: &TokenStream, ty: &impl ToTokens) -> TokenStream {
    let Parameter { pattern, colon, .. } = param;
    match pattern {
        Pattern::Name(name) => quote!(#attributes #name #colon #ty),
        Pattern::Other(pattern) => quote!(#attributes #pattern #colon #ty),
    }
}
