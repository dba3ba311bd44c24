//! HEADER

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::attributes::carried;
use super::description::render_description;
use super::param;
use super::span::ours;
use crate::api::{Api, Endpoint, Param};
use crate::names;
use crate::syntax::{Output, Pattern};

/// The exchange of a `#[refresh]` method: each parameter comes from the session, or there is no exchange.
pub(super) fn render_exchange(api: &Api, endpoint: &Endpoint) -> Option<TokenStream> {
    let output = endpoint.source.output.as_ref().filter(|_| endpoint.is_refresh())?;
    let runtime = &api.runtime;
    let (exchange, wire, tokens, call) = (names::exchange(), names::wire(), names::tokens(), names::call());
    let attributes = carried(&endpoint.source.attributes);
    let fillings = endpoint.params.iter().map(|param| render_filling(api, param));
    let description = render_description(api, endpoint, Span::mixed_site());
    let values = param::render_values(endpoint, &call);
    let mutable = (!values.is_empty()).then(|| quote!(mut));
    let renewal = render_renewal(api, output);
    Some(quote! {
        #attributes
        fn #exchange(
            #wire: &#runtime::__private::Wire,
            #tokens: &#runtime::Tokens,
        ) -> ::core::option::Option<#runtime::__private::Exchange> {
            #(#fillings)*
            let #mutable #call = #runtime::__private::bare_call(#wire, const { #description });
            #values
            ::core::option::Option::Some(#runtime::__private::exchange(#call, &#renewal))
        }
    })
}

/// `let token = <RefreshToken as FromSession>::from_session(tokens)?;`
fn render_filling(api: &Api, param: &Param) -> TokenStream {
    let Pattern::Name(name) = &param.source.pattern else {
        return TokenStream::new();
    };
    let (runtime, tokens, ty) = (&api.runtime, names::tokens(), &param.source.ty);
    let attributes = carried(&param.source.attributes);
    quote!(#attributes let #name = <#ty as #runtime::FromSession>::from_session(#tokens)?;)
}

/// How the answer of a refresh is read, standing where the arrow is, for the same reason.
pub(super) fn render_renewal(api: &Api, output: &Output) -> TokenStream {
    let arrow = ours(output.arrow_span());
    let (there, result) = (api.runtime.at(arrow), &output.ty);
    quote_spanned!(arrow=> #there::__private::renewal::<#result, _>())
}
