//! How the client sends a method: build the call, give it its values, hand it to the runtime.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

use super::{carried, fallback, ours, param, render_statuses};
use crate::codegen::declaration::render_input;
use crate::model::paging::Paging;
use crate::model::{Api, Endpoint, Role, Rule};
use crate::names;
use crate::syntax::{Method, Receiver};

/// A method of the client.
pub(super) fn render_endpoint(api: &Api, endpoint: &Endpoint) -> TokenStream {
    let source = endpoint.source;
    let Method { attributes, fn_token, name, generics, .. } = source;
    let (Receiver::Shared { source: receiver, self_token }, Some(output)) =
        (&source.inputs.receiver, &source.output)
    else {
        return fallback::render_stub(api, source);
    };
    let (runtime, call, name) = (&api.runtime, names::call(), &name.ident);
    let (attributes, bounds, result) = (carried(attributes), &generics.where_clause, &output.ty);
    let inputs = source.inputs.params.iter().map(|param| render_input(param, &carried(&param.attributes)));
    let description = render_description(api, endpoint);
    let values = param::render_values(endpoint, &call);
    let mutable = (!values.is_empty()).then(|| quote!(mut));
    let finish = finisher(endpoint);
    // The last call stands where the arrow is, so that an error about the result underlines the result's type alone.
    let arrow = ours(output.arrow_span());
    let there = runtime.at(arrow);
    let send = quote_spanned! {arrow=>
        #there::__private::#finish::<#result, _>(&#self_token.client, #call)
    };
    quote! {
        #attributes
        #fn_token #name #generics (#receiver #(, #inputs)*) -> #runtime::Pending<#result> #bounds {
            let #mutable #call = #runtime::__private::call(&#self_token.client, const { #description });
            #values
            #send
        }
    }
}

/// The function of the runtime that sends a call of this role.
fn finisher(endpoint: &Endpoint) -> TokenStream {
    match endpoint.role().map(|role| role.value) {
        None => quote!(send),
        Some(Role::Login) => quote!(login),
        Some(Role::Refresh) => quote!(refresh),
        Some(Role::Logout) => quote!(logout),
    }
}

/// What the runtime must know about an endpoint, as a constant.
pub(super) fn render_description(api: &Api, endpoint: &Endpoint) -> TokenStream {
    let (runtime, client) = (&api.runtime, &api.client);
    let name = format!("{}::{}", names::plain(&api.source.name.ident), endpoint.name());
    let verb = endpoint.verb.as_ref().map(|verb| &verb.value);
    let pieces = endpoint.path.iter().flat_map(|path| path.value.literals());
    // A path without placeholders is its own template.
    let template = endpoint.path.as_ref().filter(|path| !path.value.placeholders().is_empty());
    let template = template.map(|path| path.value.to_string()).map(|text| quote!(.template(#text)));
    let rules = endpoint.rules.iter().map(|rule| render_rule(api, &rule.value));
    quote! {
        &#runtime::__private::Endpoint::new(
            <#client as #runtime::__private::Api>::INFO,
            #name,
            #verb,
            &[#(#pieces),*],
        )
        #template
        #(#rules)*
    }
}

fn render_rule(api: &Api, rule: &Rule) -> TokenStream {
    match rule {
        Rule::Role(Role::Login) => quote!(.login()),
        Rule::Role(Role::Refresh) => quote!(.refresh()),
        Rule::Role(Role::Logout) => quote!(.logout()),
        Rule::Public => quote!(.public()),
        Rule::NoReplay => quote!(.no_replay()),
        Rule::RefreshOn(statuses) => {
            let statuses = render_statuses(statuses);
            quote!(.refresh_on(#statuses))
        }
        Rule::NoneOn(statuses) => {
            let statuses = render_statuses(statuses);
            quote!(.none_on(#statuses))
        }
        Rule::Timeout(millis) => {
            let millis = Literal::u64_unsuffixed(*millis);
            quote!(.timeout(#millis))
        }
        Rule::Pages(paging) => {
            let runtime = &api.runtime;
            let way = match paging {
                Paging::Link => quote!(link()),
                Paging::Cursor { field, parameter } => quote!(cursor(#field, #parameter)),
                Paging::Number { parameter } => quote!(number(#parameter)),
            };
            quote!(.pages(#runtime::__private::Paging::#way))
        }
    }
}
