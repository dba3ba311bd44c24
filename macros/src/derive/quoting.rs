//! What the code of every derive is made of.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Generics};

/// The `where` clause of an impl: the item's own conditions, and those that the impl adds.
pub(super) fn render_where(generics: &Generics, added: &[TokenStream]) -> TokenStream {
    let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    if added.is_empty() {
        return generics.where_clause.to_token_stream();
    }
    quote!(where #(#own,)* #(#added,)*)
}

/// Whether a type can only be judged where the parameters of the item are known.
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

/// A local name that the user's cannot meet.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(&format!("__afresh_{name}"), Span::mixed_site())
}

/// The span of the first and of the last token.
pub(super) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// A span that points at the user's source but belongs to the macro: errors show the place, lints leave it alone.
pub(super) fn ours(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}
