//! Renders the description of an API for the runtime: the API's name and settings.

use proc_macro2::TokenStream;
use quote::quote;

use super::attributes::cfgs;
use super::client::ClientParts;
use super::literal::{render_conditions, render_statuses};
use crate::api::Api;
use crate::model::{ParamKind, Scheme};
use crate::names::{self, RuntimeItem};

pub(super) fn render_info(parts: &ClientParts, api: &Api) -> TokenStream {
    let with_role = api.endpoints().filter(|endpoint| endpoint.role().is_some());
    let (conditional, always): (Vec<_>, Vec<_>) =
        with_role.partition(|endpoint| endpoint.source.is_conditional());
    let headers = has_header_arguments(api).then(|| quote!(.with_header_arguments()));
    let plain = render_empty_info(parts);
    let settings = render_settings(api);
    let session = (!always.is_empty()).then(|| quote!(.with_session()));
    let certain = quote!(#plain #settings #session #headers);
    if conditional.is_empty() {
        return quote!(&#certain);
    }
    let info = names::info();
    let steps = conditional.iter().map(|endpoint| {
        let cfgs = cfgs(&endpoint.source.attributes);
        quote!(#(#cfgs)* let #info = #info.with_session();)
    });
    quote!({
        &{
            let #info = #certain;
            #(#steps)*
            #info
        }
    })
}

/// Whether any method has a header argument. Methods that `#[cfg]` might remove are also checked, so that the result is
/// never wrongly `false`.
fn has_header_arguments(api: &Api) -> bool {
    let mut params = api.endpoints().flat_map(|endpoint| endpoint.params_in_order());
    params.any(|param| param.kind.as_ref().is_some_and(ParamKind::is_exposed_header))
}

/// Renders the description of an API that could not be parsed. For an API that could not be parsed, the description
/// contains only the API's name.
pub(super) fn render_empty_info(parts: &ClientParts) -> TokenStream {
    let ClientParts { api, runtime, .. } = parts;
    let name = names::plain(api);
    let api_info = runtime.item(RuntimeItem::ApiInfo);
    quote!(#api_info::new(#name))
}

fn render_settings(api: &Api) -> TokenStream {
    let refresh_on = api.refresh_on.as_ref().map(|statuses| {
        let statuses = render_statuses(&statuses.value);
        quote!(.refresh_on(#statuses))
    });
    let expired = api.expired_when.as_deref().map(|conditions| {
        let conditions = render_conditions(api, conditions);
        quote!(.expired_when(#conditions))
    });
    let forbidden = api.forbidden_when.as_deref().map(|conditions| {
        let conditions = render_conditions(api, conditions);
        quote!(.forbidden_when(#conditions))
    });
    let scheme = api.scheme.as_ref().map(|scheme| match scheme {
        Scheme::Named(name) => quote!(.scheme(#name)),
        Scheme::None => quote!(.bare_token()),
    });
    let header = api.token_header.as_ref().map(|header| {
        let name = &header.value;
        quote!(.token_header(#name))
    });
    let ends_on = api.session_ends_on.as_ref().map(|statuses| {
        let statuses = render_statuses(&statuses.value);
        quote!(.session_ends_on(#statuses))
    });
    let ends_when = api.session_ends_when.as_ref().map(|conditions| {
        let conditions = render_conditions(api, &conditions.value);
        quote!(.session_ends_when(#conditions))
    });
    quote!(#refresh_on #expired #forbidden #scheme #header #ends_on #ends_when)
}
