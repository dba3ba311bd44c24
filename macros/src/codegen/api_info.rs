//! HEADER

use proc_macro2::TokenStream;
use quote::quote;

use super::attributes::cfgs;
use super::client::Frame;
use super::literal::{render_conditions, render_statuses};
use super::refresh;
use crate::api::{Api, Endpoint};
use crate::model::Scheme;
use crate::names;

/// What the runtime must know about an API.
pub(super) fn render_info(frame: &Frame, api: &Api) -> TokenStream {
    let with_role = api.endpoints().filter(|endpoint| endpoint.role().is_some());
    let (conditional, always): (Vec<_>, Vec<_>) =
        with_role.partition(|endpoint| endpoint.source.is_conditional());
    let exchanges = api.endpoints().filter_map(|endpoint| refresh::render_exchange(api, endpoint));
    let plain = render_empty_info(frame);
    let settings = render_settings(api);
    let session = (!always.is_empty()).then(|| quote!(.with_session()));
    let refresh = always.iter().map(|endpoint| render_refresh(api, endpoint));
    let certain = quote!(#plain #settings #session #(#refresh)*);
    if conditional.is_empty() {
        return quote!({ #(#exchanges)* &#certain });
    }
    let info = names::info();
    let steps = conditional.iter().map(|endpoint| {
        let cfgs = cfgs(&endpoint.source.attributes);
        let refresh = render_refresh(api, endpoint);
        quote!(#(#cfgs)* let #info = #info.with_session() #refresh;)
    });
    quote!({
        #(#exchanges)*
        &{
            let #info = #certain;
            #(#steps)*
            #info
        }
    })
}

/// What the runtime must know about an API of which nothing can be read.
pub(super) fn render_empty_info(frame: &Frame) -> TokenStream {
    let Frame { api, runtime, .. } = frame;
    let name = names::plain(api);
    quote!(#runtime::__private::ApiInfo::new(#name))
}

/// What `#[api(...)]` says beyond names.
fn render_settings(api: &Api) -> TokenStream {
    let refresh_on = api.refresh_on.as_deref().map(|statuses| {
        let statuses = render_statuses(statuses);
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
    let header = api.token_header.as_ref().map(|header| quote!(.token_header(#header)));
    quote!(#refresh_on #expired #forbidden #scheme #header)
}

/// How the runtime refreshes by itself, if this is the method for it. Without parameters it is a cookie that counts.
fn render_refresh(api: &Api, endpoint: &Endpoint) -> Option<TokenStream> {
    let (runtime, exchange) = (&api.runtime, names::exchange());
    let how = if endpoint.params.is_empty() { quote!(by_cookie) } else { quote!(new) };
    endpoint.is_refresh().then(|| quote!(.refresh(#runtime::__private::Refresh::#how(#exchange))))
}
