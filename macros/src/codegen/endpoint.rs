//! Renders a client method. The rendered method builds the call, encodes the arguments and passes the call to the
//! runtime.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Token;

use super::attributes::propagated;
use super::by_type::render_checks;
use super::description::render_description;
use super::refresh::render_outcome_of;
use super::signature::render_input;
use super::span::{ident_at, method_span};
use super::{param, stub};
use crate::api::{Api, Endpoint};
use crate::model::Role;
use crate::names::{self, RuntimeItem};
use crate::syntax::{Method, Receiver};

pub(super) fn render_endpoint(api: &Api, endpoint: &Endpoint) -> TokenStream {
    let source = endpoint.source;
    let Method { attributes, fn_token, name, generics, .. } = source;
    let (Receiver::Shared { source: receiver, self_token }, Some(output)) =
        (&source.inputs.receiver, &source.output)
    else {
        return stub::render_stub(api, source);
    };
    let here = method_span(source);
    let (runtime, call, name) = (&api.runtime, ident_at(names::call(), here), &name.ident);
    let new_call = if endpoint.is_logout() { RuntimeItem::NewLogoutCall } else { RuntimeItem::NewCall };
    let new_call = runtime.item_at(new_call, here);
    let pending = runtime.item_at(RuntimeItem::Pending, here);
    let (attributes, bounds, result) = (propagated(attributes), &generics.where_clause, &output.ty);
    let inputs = source.inputs.params.iter().map(|param| render_input(param, &propagated(&param.attributes)));
    let description = render_description(api, endpoint, here);
    let values = param::render_values(api, endpoint, &call);
    let checks = render_checks(api, endpoint, here);
    let mutable = (!values.is_empty()).then(|| Token![mut](here));
    // The rendered call to the runtime has the span of the return type, so that an error about reading the response
    // underlines the return type.
    let send = if let Some(send) = send_function(endpoint) {
        let (send, inferred) = (runtime.item_at(send, here), Token![_](output.at.span()));
        quote_spanned!(here=> #send::<#result, #inferred>(&#self_token.client, #call))
    } else {
        let send = runtime.item_at(RuntimeItem::SendRefresh, here);
        let outcome = render_outcome_of(api, here);
        quote_spanned!(here=> #send(&#self_token.client, #call, #outcome))
    };
    quote_spanned! {here=>
        #attributes
        #fn_token #name #generics (#receiver #(, #inputs)*) -> #pending<#result> #bounds {
            #checks
            let #mutable #call = #new_call(&#self_token.client, const { #description });
            #values
            #send
        }
    }
}

/// Returns the runtime function that sends the call, or `None` for a refresh method, because the runtime itself starts
/// a refresh.
fn send_function(endpoint: &Endpoint) -> Option<RuntimeItem> {
    match endpoint.role().map(|role| role.value) {
        None if endpoint.has_pages() => Some(RuntimeItem::SendPages),
        None => Some(RuntimeItem::SendCall),
        Some(Role::Login) => Some(RuntimeItem::SendLogin),
        Some(Role::Logout) => Some(RuntimeItem::SendLogout),
        Some(Role::Refresh) => None,
    }
}
