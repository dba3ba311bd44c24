//! HEADER

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::literal::{render_conditions, render_statuses};
use super::span::{all_located, located, text};
use crate::api::{Api, Endpoint};
use crate::model::{Paging, Role, Rule};
use crate::names;

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
