//! The client of a trait, and what the runtime must know about the API as a whole.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::Visibility;

use super::{cfgs, exchange, ours, render_conditions, render_statuses};
use crate::model::{Api, Scheme};
use crate::names::{self, Runtime};
use crate::tokens;

/// All that a client without methods needs to know.
pub(crate) struct Frame<'s> {
    /// The name of the trait.
    pub(crate) api: &'s Ident,
    pub(crate) vis: &'s Visibility,
    pub(crate) client: &'s Ident,
    pub(crate) runtime: &'s Runtime,
}

/// The client and its functions.
pub(super) fn render_client(frame: &Frame) -> TokenStream {
    let Frame { api, vis, client, runtime } = frame;
    let vis = respan(vis);
    let title = format!("Client of [`{}`].", names::plain(api));
    quote! {
        #[doc = #title]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code)]
        #vis struct #client {
            client: #runtime::Client,
        }

        #[allow(dead_code)]
        impl #client {
            /// Starts a client of the API at `base_url`, the origin that may see credentials.
            #vis fn builder(base_url: impl ::core::convert::AsRef<::core::primitive::str>) -> #runtime::ClientBuilder<Self> {
                #runtime::__private::builder(base_url)
            }

            /// Uses a client that other APIs may use as well: one session, one refresh.
            #[must_use]
            #vis fn new(client: #runtime::Client) -> Self {
                #runtime::__private::adopt(client)
            }

            /// The client beneath, to be shared with other APIs and with requests written by hand.
            #[must_use]
            #vis fn client(&self) -> &#runtime::Client {
                &self.client
            }

            /// The session of this client and of all that share it.
            #[must_use]
            #vis fn session(&self) -> &#runtime::Session {
                self.client.session()
            }
        }
    }
}

/// `impl Api for ShopClient`
pub(super) fn render_api(frame: &Frame, info: &TokenStream, refresh: Option<TokenStream>) -> TokenStream {
    let Frame { client, runtime, .. } = frame;
    quote! {
        #[automatically_derived]
        impl #runtime::__private::Api for #client {
            const INFO: &'static #runtime::__private::ApiInfo = #info;
            #refresh

            fn from_client(client: #runtime::Client) -> Self {
                Self { client }
            }
        }
    }
}

/// What the runtime must know about an API of which nothing can be read.
pub(super) fn render_empty_info(frame: &Frame) -> TokenStream {
    let Frame { api, runtime, .. } = frame;
    let name = names::plain(api);
    quote!(#runtime::__private::ApiInfo::new(#name))
}

/// What the runtime must know about an API.
pub(super) fn render_info(frame: &Frame, api: &Api) -> TokenStream {
    let with_role = api.endpoints().filter(|endpoint| endpoint.role().is_some());
    let (conditional, always): (Vec<_>, Vec<_>) =
        with_role.partition(|endpoint| endpoint.source.is_conditional());
    let plain = render_empty_info(frame);
    let settings = render_settings(api);
    let session = (!always.is_empty()).then(|| quote!(.with_session()));
    let certain = quote!(#plain #settings #session);
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

/// How the runtime refreshes by itself, if the API has a method for it. Without parameters, the refresh relies on a cookie.
pub(super) fn render_refresh(api: &Api) -> Option<TokenStream> {
    let endpoint = api.endpoints().find(|endpoint| endpoint.is_refresh())?;
    let (runtime, name) = (&api.runtime, names::exchange());
    let exchange = exchange::render_exchange(api, endpoint)?;
    let how = if endpoint.params.is_empty() { quote!(by_cookie) } else { quote!(new) };
    let cfgs = cfgs(&endpoint.source.attributes);
    Some(quote! {
        #(#cfgs)*
        const REFRESH: ::core::option::Option<#runtime::__private::Refresh> = {
            #exchange
            ::core::option::Option::Some(#runtime::__private::Refresh::#how(#name))
        };
    })
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

/// The visibility of the trait, as tokens of the macro: lints about it speak of the trait once.
pub(super) fn respan(vis: &Visibility) -> TokenStream {
    tokens::map(vis.to_token_stream(), &|mut token| {
        token.set_span(ours(token.span()));
        token
    })
}
