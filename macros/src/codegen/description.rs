//! Renders the constant that describes one endpoint to the runtime.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::literal::{render_conditions, render_statuses};
use super::span::{ident_at, string_at, tokens_at};
use crate::api::{Api, Endpoint};
use crate::model::{NextPage, Paging, Role, Rule};
use crate::names::{self, RuntimeItem};

/// Renders the description of an endpoint as a constant expression with the span `here`.
pub(super) fn render_description(api: &Api, endpoint: &Endpoint, here: Span) -> TokenStream {
    let client = ident_at(api.client.clone(), here);
    let module = api.client_module().map(|module| ident_at(module, here));
    let module = module.map(|module| quote_spanned!(here=> #module::));
    let client = quote_spanned!(here=> #module #client);
    let endpoint_type = api.runtime.item_at(RuntimeItem::Endpoint, here);
    let api_trait = api.runtime.item_at(RuntimeItem::Api, here);
    let name = format!("{}::{}", names::plain(&api.source.name.ident), endpoint.name());
    let name = string_at(&name, here);
    let verb = endpoint.verb.as_ref().map(|verb| string_at(&verb.value, here));
    let pieces =
        endpoint.path.iter().flat_map(|path| path.value.literals()).map(|piece| string_at(piece, here));
    // The description of a path without placeholders needs no template, because the template would be identical to the
    // path.
    let template = endpoint.path.as_ref().filter(|path| !path.value.placeholders().is_empty());
    let template = template.map(|path| string_at(&path.value.to_string(), here));
    let template = template.map(|text| quote_spanned!(here=> .template(#text)));
    let rules = endpoint.rules.iter().map(|rule| tokens_at(render_rule(api, &rule.value), here));
    quote_spanned! {here=>
        &#endpoint_type::new(
            <#client as #api_trait>::INFO,
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
        Rule::Idempotent => quote!(.idempotent()),
        Rule::IdempotencyKey(name) => quote!(.idempotency_key(#name)),
        Rule::Pages(paging) => {
            let paging = render_paging(api, paging);
            quote!(.pages(#paging))
        }
    }
}

/// Renders `Paging::cursor("/meta/next", "after").items("/data")`.
fn render_paging(api: &Api, paging: &Paging) -> TokenStream {
    let Paging { next, items, more, rebase } = paging;
    let paging_type = api.runtime.item(RuntimeItem::Paging);
    let next = match next {
        NextPage::Link => quote!(link()),
        NextPage::Url { pointer } => quote!(url(#pointer)),
        NextPage::Cursor { pointer, into } => quote!(cursor(#pointer, #into)),
        NextPage::Header { name, into } => quote!(header(#name, #into)),
        NextPage::Last { pointer, into } => quote!(last(#pointer, #into)),
        NextPage::Number { parameter } => quote!(number(#parameter)),
        NextPage::Offset { parameter } => quote!(offset(#parameter)),
    };
    let items = items.as_ref().map(|pointer| quote!(.items(#pointer)));
    let more = more.as_ref().map(|pointer| quote!(.more(#pointer)));
    let rebase = rebase.then(|| quote!(.rebase()));
    quote!(#paging_type::#next #items #more #rebase)
}
