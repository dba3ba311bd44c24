//! Assembles the complete output of `#[api]`: the trait, the client type and all implementations.

use proc_macro2::TokenStream;
use quote::quote;

use super::attributes::propagated;
use super::client::{ClientParts, render_api, render_client, render_client_path};
use super::refresh;
use super::{api_info, dyn_type, endpoint, stub, trait_item};
use crate::api::{Api, Member};
use crate::names::mixed_site;
use crate::syntax::Item;

pub(crate) fn render(api: &Api) -> TokenStream {
    let parts = ClientParts {
        api: &api.source.name.ident,
        vis: &api.source.vis,
        client: &api.client,
        runtime: &api.runtime,
        module: api.client_module().map(|module| (module, mixed_site(api.source.keyword.span))),
    };
    let declaration = trait_item::render_trait(api);
    let client = render_client(&parts);
    let description =
        render_api(&parts, &api_info::render_info(&parts, api), refresh::render_refresh(api).as_ref());
    let outcome = refresh::render_outcome(api);
    let implementation = render_implementation(api, &parts);
    let dyn_type = dyn_type::render_dyn_type(api);
    let lints = propagated(&api.source.attributes);
    quote! {
        #declaration
        #client
        #lints
        #description
        #outcome
        #lints
        #implementation
        #dyn_type
    }
}

/// Renders `impl Shop for ShopClient`.
fn render_implementation(api: &Api, parts: &ClientParts) -> TokenStream {
    let (client, name) = (render_client_path(parts), &api.source.name.ident);
    let (parameters, arguments, bounds) = api.source.generics.split_for_impl();
    let members = api.members.iter().map(|member| match member {
        Member::Endpoint(endpoint) => endpoint::render_endpoint(api, endpoint),
        Member::Invalid(method) => stub::render_stub(api, method),
        Member::Other(Item::Unsupported(unsupported)) => stub::render_item_stub(unsupported),
        Member::Other(_) | Member::Provided(_) | Member::InvalidProvided(_) => TokenStream::new(),
    });
    quote! {
        #[automatically_derived]
        #[allow(deprecated, refining_impl_trait)]
        impl #parameters #name #arguments for #client #bounds {
            #(#members)*
        }
    }
}
