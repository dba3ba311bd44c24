//! HEADER

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Visibility;

use super::span::respan;
use crate::names::{self, Runtime};

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
pub(super) fn render_api(frame: &Frame, info: &TokenStream) -> TokenStream {
    let Frame { client, runtime, .. } = frame;
    quote! {
        #[automatically_derived]
        impl #runtime::__private::Api for #client {
            const INFO: &'static #runtime::__private::ApiInfo = #info;

            fn from_client(client: #runtime::Client) -> Self {
                Self { client }
            }
        }
    }
}
