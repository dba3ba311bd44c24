//! HEADER

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::Token;

use super::attributes::carried;
use super::description::render_description;
use super::refresh::render_renewal;
use super::signature::render_input;
use super::span::{located, place};
use super::{param, stub};
use crate::api::{Api, Endpoint};
use crate::model::Role;
use crate::names;
use crate::syntax::{Method, Receiver};

/// A method of the client.
pub(super) fn render_endpoint(api: &Api, endpoint: &Endpoint) -> TokenStream {
    let source = endpoint.source;
    let Method { attributes, fn_token, name, generics, .. } = source;
    let (Receiver::Shared { source: receiver, self_token }, Some(output)) =
        (&source.inputs.receiver, &source.output)
    else {
        return stub::render_stub(api, source);
    };
    let here = place(source);
    let (runtime, call, name) = (api.runtime.at(here), located(names::call(), here), &name.ident);
    let (attributes, bounds, result) = (carried(attributes), &generics.where_clause, &output.ty);
    let inputs = source.inputs.params.iter().map(|param| render_input(param, &carried(&param.attributes)));
    let description = render_description(api, endpoint, here);
    let values = param::render_values(endpoint, &call);
    let mutable = (!values.is_empty()).then(|| Token![mut](here));
    // An error about the way that the result is read underlines the first word of it.
    let send = if let Some(finish) = finisher(endpoint) {
        let (finish, way) = (Ident::new(finish, here), Token![_](output.at.span()));
        quote_spanned!(here=> #runtime::__private::#finish::<#result, #way>(&#self_token.client, #call))
    } else {
        let renewal = render_renewal(api, output);
        quote_spanned!(here=> #runtime::__private::refresh(&#self_token.client, #call, &#renewal))
    };
    quote_spanned! {here=>
        #attributes
        #fn_token #name #generics (#receiver #(, #inputs)*) -> #runtime::Pending<#result> #bounds {
            let #mutable #call = #runtime::__private::call(&#self_token.client, const { #description });
            #values
            #send
        }
    }
}

/// The function of the runtime that sends a call and asks for its type. `None` for a refresh, whose type the exchange
/// asks for too.
fn finisher(endpoint: &Endpoint) -> Option<&'static str> {
    match endpoint.role().map(|role| role.value) {
        None if endpoint.has_pages() => Some("pages"),
        None => Some("send"),
        Some(Role::Login) => Some("login"),
        Some(Role::Logout) => Some("logout"),
        Some(Role::Refresh) => None,
    }
}
