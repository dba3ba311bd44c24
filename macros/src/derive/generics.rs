//! Renders bounds for items with type parameters.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Generics};

/// Renders the `where` clause of an impl: the predicates of the item, and the predicates that the impl adds.
pub(super) fn render_where(generics: &Generics, added: &[TokenStream]) -> TokenStream {
    let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    if added.is_empty() {
        return generics.where_clause.to_token_stream();
    }
    quote!(where #(#own,)* #(#added,)*)
}

pub(super) fn depends_on(generics: &Generics, ty: &impl ToTokens) -> bool {
    let parameters: Vec<&Ident> = generics.params.iter().filter_map(type_parameter).collect();
    !parameters.is_empty() && any_ident(ty.to_token_stream(), &|ident| parameters.contains(&ident))
}

fn type_parameter(parameter: &GenericParam) -> Option<&Ident> {
    match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(_) | GenericParam::Lifetime(_) => None,
    }
}

fn any_ident(tokens: TokenStream, is_it: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => any_ident(group.stream(), is_it),
        TokenTree::Ident(ident) => is_it(&ident.unraw()) || is_it(&ident),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
