//! From the model to Rust: the trait, its client, and how the client sends each method.
//!
//! Nothing here can fail and nothing here decides; all that was wrong has been set aside before. The only place that
//! quotes. What the tokens may name of the runtime is the list in its `__private` module.

mod client;
mod declaration;
mod endpoint;
mod exchange;
mod fallback;
mod holder;
mod lifetime;
mod param;

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Meta;

use crate::model::condition::{self, Condition};
use crate::model::{Api, Member};
use crate::syntax::{Attribute, Item, Method, Output};
use crate::tokens;

pub(crate) use client::Frame;
pub(crate) use fallback::render_unreadable;

/// All that an API trait becomes.
pub(crate) fn render(api: &Api) -> TokenStream {
    let frame = Frame {
        api: &api.source.name.ident,
        vis: &api.source.vis,
        client: &api.client,
        runtime: &api.runtime,
    };
    let declaration = declaration::render_trait(api);
    let client = client::render_client(&frame);
    let info = client::render_info(&frame, api);
    let description = client::render_api(&frame, &info, client::render_refresh(api));
    let implementation = render_implementation(api);
    let holder = holder::render_holder(api);
    let lints = carried(&api.source.attributes);
    quote! {
        #declaration
        #client
        #lints
        #description
        #lints
        #implementation
        #holder
    }
}

/// `impl Shop for ShopClient`.
fn render_implementation(api: &Api) -> TokenStream {
    let (client, name) = (&api.client, &api.source.name.ident);
    let (parameters, arguments, bounds) = api.source.generics.split_for_impl();
    let members = api.members.iter().map(|member| match member {
        Member::Endpoint(endpoint) => endpoint::render_endpoint(api, endpoint),
        Member::Broken(method) => fallback::render_stub(api, method),
        Member::Other(Item::Refused(refused)) => fallback::render_stand_in(refused),
        Member::Other(_) | Member::Provided(_) | Member::Flawed(_) => TokenStream::new(),
    });
    quote! {
        #[automatically_derived]
        #[allow(deprecated, refining_impl_trait)]
        impl #parameters #name #arguments for #client #bounds {
            #(#members)*
        }
    }
}

/// The conditions that whatever belongs to a node shares with it.
fn cfgs(attributes: &[Attribute]) -> Vec<&syn::Attribute> {
    attributes.iter().filter(|attribute| attribute.is_cfg()).map(|attribute| &attribute.source).collect()
}

/// What of a node's attributes holds for the generated counterpart too: conditions and lint levels. An expectation
/// that is met on the trait need not be met again.
fn carried(attributes: &[Attribute]) -> TokenStream {
    let carried = attributes.iter().filter(|attribute| attribute.is_cfg() || attribute.is_lint_level());
    tokens::concat(&mut carried.map(|attribute| match &attribute.source.meta {
        Meta::List(list) if attribute.name == "expect" => {
            let lints = &list.tokens;
            quote!(#[allow(#lints)])
        }
        _ => attribute.source.to_token_stream(),
    }))
}

/// The attributes that are not ours, where they were written.
fn kept(attributes: &[Attribute]) -> TokenStream {
    let kept =
        attributes.iter().filter(|attribute| attribute.is_foreign()).map(|attribute| &attribute.source);
    quote!(#(#kept)*)
}

/// `&[401, 403]`
fn render_statuses(statuses: &[u16]) -> TokenStream {
    let statuses = statuses.iter().map(|status| Literal::u16_unsuffixed(*status));
    quote!(&[#(#statuses),*])
}

/// `&[Condition::Text("/error", "token_expired")]`
fn render_conditions(api: &Api, conditions: &[Condition]) -> TokenStream {
    let runtime = &api.runtime;
    let conditions = conditions.iter().map(|Condition { pointer, value }| {
        let condition = match value {
            condition::Literal::Text(text) => quote!(Text(#pointer, #text)),
            condition::Literal::Integer(number) => {
                let number = Literal::i64_unsuffixed(*number);
                quote!(Integer(#pointer, #number))
            }
            condition::Literal::Boolean(truth) => quote!(Boolean(#pointer, #truth)),
        };
        quote!(#runtime::__private::Condition::#condition)
    });
    quote!(&[#(#conditions),*])
}

/// A span that points at the user's source but belongs to the macro: errors show the place, lints leave it alone.
fn ours(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}

/// Where all that is made of a method stands, and none of it at the attribute of the trait. The compiler knows a function
/// again by how far its parts are from one another: with one of them up there, whatever was edited in between would have
/// this method checked and compiled anew, and every method after it.
///
/// Where the arrow is, an error about the result underlines the result's type alone.
fn place(method: &Method) -> Span {
    ours(method.output.as_ref().map_or_else(|| method.name.ident.span(), Output::arrow_span))
}

/// An identifier at another place.
fn located(mut ident: Ident, here: Span) -> Ident {
    ident.set_span(here.resolved_at(ident.span()));
    ident
}

/// A text of ours at another place.
fn text(text: &str, here: Span) -> Literal {
    let mut text = Literal::string(text);
    text.set_span(here);
    text
}

/// Tokens of ours, and none of the user's, at another place.
fn all_located(tokens: TokenStream, here: Span) -> TokenStream {
    tokens::map(tokens, &|token| {
        let mut token = match token {
            TokenTree::Group(group) => {
                Group::new(group.delimiter(), all_located(group.stream(), here)).into()
            }
            other => other,
        };
        token.set_span(here);
        token
    })
}
