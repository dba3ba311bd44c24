//! HEADER

use proc_macro2::{Ident, Span};
use quote::ToTokens;

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
