//! Renders the client type and its functions.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Visibility;

use super::span::macro_visibility;
use crate::names::{self, Runtime, RuntimeItem};

/// The data that is needed to render a client without methods.
pub(crate) struct ClientParts<'s> {
    /// The name of the trait.
    pub(crate) api: &'s Ident,
    pub(crate) vis: &'s Visibility,
    pub(crate) client: &'s Ident,
    pub(crate) runtime: &'s Runtime,
    /// The name of the module around the client, and the span of the keyword `trait`.
    pub(crate) module: Option<(Ident, Span)>,
}

pub(super) fn render_client(parts: &ClientParts) -> TokenStream {
    let ClientParts { vis, runtime, .. } = parts;
    let vis = macro_visibility(vis);
    let runtime_client = runtime.item(RuntimeItem::Client);
    let builder_type = runtime.item(RuntimeItem::ClientBuilder);
    let session = runtime.item(RuntimeItem::Session);
    let header_name = runtime.item(RuntimeItem::HeaderName);
    let header_option = runtime.item(RuntimeItem::HeaderOption);
    let build_client = runtime.item(RuntimeItem::BuildClient);
    let wrap_client = runtime.item(RuntimeItem::WrapClient);
    let kind = render_type(parts, &vis);
    let client = render_client_path(parts);
    quote! {
        #kind

        #[allow(dead_code)]
        impl #client {
            /// Starts building a client for the API at `base_url`. Only the origin of `base_url` receives credentials.
            #vis fn builder(base_url: impl ::core::convert::AsRef<::core::primitive::str>) -> #builder_type<Self> {
                #build_client(base_url)
            }

            /// Wraps an existing client. APIs that wrap the same client share one session and one refresh.
            #[must_use]
            #vis fn new(client: #runtime_client) -> Self {
                #wrap_client(client)
            }

            /// Returns the underlying client. Use the underlying client to share the session with other APIs or to send
            /// hand-written requests.
            #[must_use]
            #vis fn client(&self) -> &#runtime_client {
                &self.client
            }

            /// Returns a client for another user. The new client uses `session`, and has the same transport, settings
            /// and refresh configuration as this client.
            #[must_use]
            #vis fn with_session(&self, session: #session) -> Self {
                Self { client: self.client.with_session(session) }
            }

            /// Returns a copy of this client that applies a timeout to each call.
            #[must_use]
            #vis fn with_timeout(&self, timeout: ::core::time::Duration) -> Self {
                Self { client: self.client.with_timeout(timeout) }
            }

            /// Returns a copy of this client that sends a header with each call. The header value is a `HeaderValue` or
            /// a value that serializes as a scalar.
            #[must_use]
            #vis fn with_header<N, V, Via>(&self, name: N, value: V) -> Self
            where
                #header_name: ::core::convert::TryFrom<N>,
                V: #header_option<Via>,
            {
                Self { client: self.client.with_header(name, value) }
            }

            /// Returns this client's session, which all clones share.
            #[must_use]
            #vis fn session(&self) -> &#session {
                self.client.session()
            }
        }
    }
}

/// Renders the client struct in a hidden module, and an import of the struct. If the trait's module already has an item
/// with the struct's name, the compiler reports only one error, because other generated code refers to the struct
/// through the hidden module.
fn render_type(parts: &ClientParts, vis: &TokenStream) -> TokenStream {
    let ClientParts { api, client, runtime, module, .. } = parts;
    let runtime_client = runtime.item(RuntimeItem::Client);
    let api = names::plain(api);
    let title = match module {
        Some(_) => format!("Client of [`{api}`](super::{api})."),
        None => format!("Client of [`{api}`]."),
    };
    let render = |vis: &TokenStream, field_vis: &TokenStream| {
        quote! {
            #[doc = #title]
            #[derive(::core::clone::Clone, ::core::fmt::Debug)]
            #[allow(dead_code)]
            #vis struct #client {
                #field_vis client: #runtime_client,
            }
        }
    };
    let Some((module, at)) = module else { return render(vis, &TokenStream::new()) };
    let kind = render(&quote_spanned!(*at=> pub), &quote!(pub(super)));
    // If `source` had the span of the client's name, the compiler would suggest inserting a new name in the middle of
    // the attribute.
    let mut source = (*client).clone();
    source.set_span(*at);
    quote! {
        #[doc(hidden)]
        #[allow(non_snake_case)]
        mod #module {
            #kind
        }
        #[doc(inline)]
        #[allow(unused_imports)]
        #vis use #module::#source as #client;
    }
}

/// Renders the path of the client, which includes the client's hidden module. The rendered path is unambiguous even if
/// another item in scope has the client's name.
pub(super) fn render_client_path(parts: &ClientParts) -> TokenStream {
    let ClientParts { client, module, .. } = parts;
    let module = module.as_ref().map(|(module, _)| quote!(#module::));
    quote!(#module #client)
}

/// Renders `impl Api for ShopClient`.
pub(super) fn render_api(
    parts: &ClientParts,
    info: &TokenStream,
    refresh: Option<&TokenStream>,
) -> TokenStream {
    let (client, runtime) = (render_client_path(parts), parts.runtime);
    let api = runtime.item(RuntimeItem::Api);
    let api_info = runtime.item(RuntimeItem::ApiInfo);
    let runtime_client = runtime.item(RuntimeItem::Client);
    quote! {
        #[automatically_derived]
        impl #api for #client {
            const INFO: &'static #api_info = #info;
            #refresh

            fn from_client(client: #runtime_client) -> Self {
                Self { client }
            }
        }
    }
}
