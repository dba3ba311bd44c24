//! How the client sends a method: build the call, give it its values, hand it to the runtime.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Token;

use super::{
    all_located, carried, fallback, located, ours, param, place, render_conditions, render_statuses, text,
};
use crate::codegen::declaration::render_input;
use crate::model::paging::Paging;
use crate::model::{Api, Endpoint, Role, Rule};
use crate::names;
use crate::syntax::{Method, Output, Receiver};

/// A method of the client.
pub(super) fn render_endpoint(api: &Api, endpoint: &Endpoint) -> TokenStream {
    let source = endpoint.source;
    let Method { attributes, fn_token, name, generics, .. } = source;
    let (Receiver::Shared { source: receiver, self_token }, Some(output)) =
        (&source.inputs.receiver, &source.output)
    else {
        return fallback::render_stub(api, source);
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

/// How the answer of a refresh is read, standing where the arrow is, for the same reason.
pub(super) fn render_renewal(api: &Api, output: &Output) -> TokenStream {
    let arrow = ours(output.arrow_span());
    let (there, result) = (api.runtime.at(arrow), &output.ty);
    quote_spanned!(arrow=> #there::__private::renewal::<#result, _>())
}

/// What the runtime must know about an endpoint, as a constant that stands `here`.
pub(super) fn render_description(api: &Api, endpoint: &Endpoint, here: Span) -> TokenStream {
    let (runtime, client) = (api.runtime.at(here), located(api.client.clone(), here));
    let name = format!("{}::{}", names::plain(&api.source.name.ident), endpoint.name());
    let name = text(&name, here);
    let verb = endpoint.verb.as_ref().map(|verb| text(&verb.value, here));
    let pieces = endpoint.path.iter().flat_map(|path| path.value.literals()).map(|piece| text(piece, here));
    // A path without placeholders is its own template.
    let template = endpoint.path.as_ref().filter(|path| !path.value.placeholders().is_empty());
    let template = template.map(|path| text(&path.value.to_string(), here));
    let template = template.map(|text| quote_spanned!(here=> .template(#text)));
    let rules = endpoint.rules.iter().map(|rule| all_located(render_rule(api, &rule.value), here));
    quote_spanned! {here=>
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
        Rule::ExpiredWhen(conditions) => {
            let conditions = render_conditions(api, conditions);
            quote!(.expired_when(#conditions))
        }
        Rule::ForbiddenWhen(conditions) => {
            let conditions = render_conditions(api, conditions);
            quote!(.forbidden_when(#conditions))
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
