//! Renders the constant through which the runtime calls a `#[refresh]` method.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::attributes::{cfgs, propagated};
use super::description::render_description;
use super::param;
use super::span::ident_at;
use crate::api::{Api, Endpoint, Param};
use crate::names::{self, RuntimeItem, mixed_site};
use crate::syntax::Pattern;

/// Renders a constant with the function that refreshes the session, or returns `None` if the API does not have a
/// `#[refresh]` method. A refresh method without parameters relies on a cookie.
pub(super) fn render_refresh(api: &Api) -> Option<TokenStream> {
    let endpoint = api.endpoints().find(|endpoint| endpoint.is_refresh())?;
    let function = render_refresh_function(api, endpoint)?;
    let (entry, name) = (api.runtime.item(RuntimeItem::Refresh), names::refresh());
    let how = if endpoint.params.is_empty() { quote!(by_cookie) } else { quote!(new) };
    let cfgs = cfgs(&endpoint.source.attributes);
    Some(quote! {
        #(#cfgs)*
        const REFRESH: ::core::option::Option<#entry> = {
            #function
            ::core::option::Option::Some(#entry::#how(#name))
        };
    })
}

/// Renders the function that builds the request of a `#[refresh]` method. The rendered function returns `None` if the
/// session has no value for one of the parameters.
fn render_refresh_function(api: &Api, endpoint: &Endpoint) -> Option<TokenStream> {
    endpoint.source.output.as_ref()?;
    let runtime = &api.runtime;
    let (refresh, upstream, tokens, call) =
        (names::refresh(), names::upstream(), names::tokens(), names::call());
    let upstream_type = runtime.item(RuntimeItem::Upstream);
    let tokens_type = runtime.item(RuntimeItem::Tokens);
    let request_type = runtime.item(RuntimeItem::RefreshRequest);
    let new_call = runtime.item(RuntimeItem::NewRefreshCall);
    let new_request = runtime.item(RuntimeItem::NewRefreshRequest);
    let attributes = propagated(&endpoint.source.attributes);
    let session_arguments = endpoint.params.iter().map(|param| render_session_argument(api, param));
    let description = render_description(api, endpoint, Span::mixed_site());
    let values = param::render_values(api, endpoint, &call);
    let mutable = (!values.is_empty()).then(|| quote!(mut));
    let outcome = render_outcome_of(api, Span::mixed_site());
    Some(quote! {
        #attributes
        fn #refresh(
            #upstream: &#upstream_type,
            #tokens: &#tokens_type,
        ) -> ::core::option::Option<#request_type> {
            #(#session_arguments)*
            let #mutable #call = #new_call(#upstream, const { #description });
            #values
            ::core::option::Option::Some(#new_request(#call, #outcome))
        }
    })
}

/// Renders `let token = <RefreshToken as FromSession>::from_session(tokens)?;`.
fn render_session_argument(api: &Api, param: &Param) -> TokenStream {
    let Pattern::Name(name) = &param.source.pattern else {
        return TokenStream::new();
    };
    let (tokens, ty) = (names::tokens(), &param.source.ty);
    let from_session = api.runtime.item(RuntimeItem::FromSession);
    let attributes = propagated(&param.source.attributes);
    quote!(#attributes let #name = <#ty as #from_session>::from_session(#tokens)?;)
}

/// Renders the function that determines how the runtime reads a refresh response. The method and the runtime both call
/// the rendered function, so the compiler checks the return type in one place. With incremental compilation, an error
/// that occurs in two functions is reported twice, even if both errors have the same message and the same span.
pub(super) fn render_outcome(api: &Api) -> Option<TokenStream> {
    let endpoint = api.endpoints().find(|endpoint| endpoint.is_refresh())?;
    let output = endpoint.source.output.as_ref()?;
    let (name, result) = (names::refresh_outcome(&api.source.name.ident), &output.ty);
    let (lints, attributes) = (propagated(&api.source.attributes), propagated(&endpoint.source.attributes));
    // This span makes the compiler underline only the return type in errors.
    let arrow = mixed_site(output.arrow_span());
    let read_tokens = api.runtime.item_at(RuntimeItem::ReadTokens, arrow);
    let outcome = api.runtime.item_at(RuntimeItem::RefreshOutcome, arrow);
    // An elided lifetime in the return type refers to this parameter.
    Some(quote_spanned! {arrow=>
        #lints
        #attributes
        #[doc(hidden)]
        #[allow(non_snake_case)]
        fn #name(_: &()) -> #outcome<#result> {
            #read_tokens::<#result, _>()
        }
    })
}

pub(super) fn render_outcome_of(api: &Api, span: Span) -> TokenStream {
    let name = ident_at(names::refresh_outcome(&api.source.name.ident), span);
    quote_spanned!(span=> &#name(&()))
}
