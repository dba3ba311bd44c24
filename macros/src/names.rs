//! Every identifier the macro invents, and the one path to the runtime.
//!
//! Invented names begin with `__afresh_` and have a mixed-site span, so that no name of the user's can meet them: as a
//! local variable by hygiene, as an item by the prefix.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lifetime;

use crate::token_stream;

/// The request under construction.
pub(crate) fn call() -> Ident {
    invented("__afresh_call")
}

/// The function that makes a refresh exchange out of the session.
pub(crate) fn exchange() -> Ident {
    invented("__afresh_exchange")
}

/// The bare transport of an exchange.
pub(crate) fn wire() -> Ident {
    invented("__afresh_wire")
}

/// The tokens an exchange may use.
pub(crate) fn tokens() -> Ident {
    invented("__afresh_tokens")
}

/// The description of the API while parts of it depend on `cfg`.
pub(crate) fn info() -> Ident {
    invented("__afresh_info")
}

/// The trait behind the pointer of a [`holder`].
pub(crate) fn erased(api: &Ident) -> Ident {
    invented(&format!("__AfreshErased{}", plain(api)))
}

/// A method of the [`erased`] trait. With the name of the user's method it would be a second one to choose from.
pub(crate) fn erased_method(method: &Ident) -> Ident {
    invented(&format!("__afresh_dyn_{}", plain(method)))
}

/// Whatever implements the trait.
pub(crate) fn implementation() -> Ident {
    invented("__AfreshImplementation")
}

/// The one lifetime of all that an erased method takes and gives.
pub(crate) fn lifetime() -> Lifetime {
    Lifetime::new("'__afresh", Span::mixed_site())
}

/// A parameter by its position, whatever pattern the user gave it.
pub(crate) fn argument(index: usize) -> Ident {
    invented(&format!("__afresh_{index}"))
}

fn invented(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The name of the client that belongs to a trait, unless the user chose one. Its span is the trait's name.
pub(crate) fn client(api: &Ident) -> Ident {
    Ident::new(&format!("{}Client", plain(api)), api.span())
}

/// The name of the type that holds any implementation of a trait. Its span is what asks for it.
pub(crate) fn holder(api: &Ident, asked: Span) -> Ident {
    Ident::new(&format!("Dyn{}", plain(api)), asked)
}

/// An identifier as text, without the `r#` of a raw one.
pub(crate) fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// The path to the runtime: `::afresh`, or what `crate = ...` says.
#[derive(Debug, Default)]
pub(crate) struct Runtime(pub(crate) Option<TokenStream>);

impl Runtime {
    /// The path, standing where `span` says: an expression then begins there too. One that the user wrote stays where it
    /// is, so that the compiler tells once if it leads nowhere.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        if self.0.is_some() {
            return self.to_token_stream();
        }
        token_stream::map(self.to_token_stream(), &|mut token| {
            token.set_span(span);
            token
        })
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(default_runtime()),
        }
    }
}

fn default_runtime() -> TokenStream {
    let mut path = TokenStream::new();
    syn::Token![::](Span::mixed_site()).to_tokens(&mut path);
    path.extend([TokenTree::from(Ident::new("afresh", Span::mixed_site()))]);
    path
}
