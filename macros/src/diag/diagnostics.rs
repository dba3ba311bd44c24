//! Collects errors and emits them in source order.
//!
//! While the source is parsed, every location gets a number. Errors are sorted by the numbers of their locations,
//! because the macro's steps do not find errors in source order, and spans cannot be compared on stable Rust.

use std::fmt::Display;
use std::ops::Range;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::wording::{expected, similar};
use crate::token_stream;

/// A location in the source: the span that an error underlines, and the location's number in source order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Location {
    order: usize,
    start: Span,
    end: Span,
}

impl Location {
    /// Returns the start of the location, as a span for generated code.
    pub(crate) fn span(self) -> Span {
        self.start
    }

    pub(crate) fn is(self, other: Self) -> bool {
        self.order == other.order
    }

    /// Creates an error that underlines the whole location. The error is created from two tokens, one at the start and
    /// one at the end of the location, because spans cannot be joined on stable Rust.
    fn error(self, message: &str) -> syn::Error {
        let [start, end] = [self.start, self.end].map(|span| Ident::new("_", span));
        syn::Error::new_spanned(quote!(#start #end), message)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) at: Location,
}

#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    next: usize,
    /// The errors in source order, each with the number of its location.
    errors: Vec<(usize, syn::Error)>,
}

impl Diagnostics {
    /// Gives `tokens` the next location number, and returns the location. An empty token stream gets the span of the
    /// macro call.
    pub(crate) fn locate(&mut self, tokens: &impl ToTokens) -> Location {
        let mut tokens = tokens.to_token_stream().into_iter().map(|token| token.span());
        let start = tokens.next().unwrap_or_else(Span::call_site);
        let at = Location { order: self.next, start, end: tokens.last().unwrap_or(start) };
        self.next += 1;
        at
    }

    /// Returns the number of the next location. A caller that calls this function before and after parsing a node gets
    /// the range of the node's location numbers.
    pub(crate) fn position(&self) -> usize {
        self.next
    }

    pub(crate) fn push(&mut self, at: Location, fact: impl Display) {
        self.insert(at.order, at.error(&fact.to_string()));
    }

    /// Reports an error whose message has a help text on its second line.
    pub(crate) fn push_help(&mut self, at: Location, fact: impl Display, help: impl Display) {
        self.push(at, format_args!("{fact}\nhelp: {help}"));
    }

    /// Reports an unknown name. The error lists the known names and suggests a similar name.
    pub(crate) fn push_unknown(&mut self, at: Location, what: &str, word: &str, known: &[&str]) {
        let fact = format!("unknown {what} `{word}`, {}", expected(known));
        match similar(what, word, known) {
            Some(help) => self.push_help(at, fact, help),
            None => self.push(at, fact),
        }
    }

    pub(crate) fn push_syntax(&mut self, error: syn::Error) {
        self.insert(self.next, error);
        // If a syntax error shared its location number with the node that is parsed next, the error would be attributed
        // to that node.
        self.next += 1;
    }

    /// Inserts an error after the errors at the same or earlier locations. A repeated error is ignored: a rule that
    /// runs for each method can find the same error in a node that several methods share.
    fn insert(&mut self, order: usize, error: syn::Error) {
        let text = error.to_string();
        if self.errors.iter().any(|(other, earlier)| *other == order && earlier.to_string() == text) {
            return;
        }
        let place = self.errors.partition_point(|(other, _)| *other <= order);
        self.errors.insert(place, (order, error));
    }

    pub(crate) fn any_in(&self, node: &Range<usize>) -> bool {
        self.errors.iter().any(|(order, _)| node.contains(order))
    }

    pub(crate) fn any_at(&self, at: Location) -> bool {
        self.errors.iter().any(|(order, _)| *order == at.order)
    }

    /// Returns all errors in source order, as `compile_error!` calls.
    pub(crate) fn into_tokens(self) -> TokenStream {
        token_stream::concat(&mut self.errors.into_iter().map(|(_, error)| error.into_compile_error()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(name: &str) -> Ident {
        Ident::new(name, Span::call_site())
    }

    #[test]
    fn errors_are_emitted_in_source_order() {
        let mut diag = Diagnostics::default();
        let (first, second) = (diag.locate(&word("a")), diag.locate(&word("b")));
        diag.push(second, "found first");
        diag.push(first, "found second");
        let text = diag.into_tokens().to_string();
        assert!(text.find("found second") < text.find("found first"), "{text}");
    }

    #[test]
    fn errors_at_one_location_keep_the_order_of_their_reports() {
        let mut diag = Diagnostics::default();
        let at = diag.locate(&word("a"));
        diag.push(at, "one");
        diag.push(at, "two");
        let text = diag.into_tokens().to_string();
        assert!(text.find("one") < text.find("two"), "{text}");
    }

    #[test]
    fn any_in_finds_errors_within_a_node_only() {
        let mut diag = Diagnostics::default();
        let before = diag.position();
        diag.locate(&word("a"));
        let between = diag.position();
        let at = diag.locate(&word("b"));
        diag.push(at, "wrong");
        assert!(!diag.any_in(&(before..between)));
        assert!(diag.any_in(&(between..diag.position())));
    }

    #[test]
    fn an_unknown_name_lists_the_known_names_and_a_similar_one() {
        let mut diag = Diagnostics::default();
        let at = diag.locate(&word("a"));
        diag.push_unknown(at, "argument", "pth", &["client", "path"]);
        let text = diag.into_tokens().to_string();
        assert!(text.contains("unknown argument `pth`, expected one of `client`, `path`"), "{text}");
        assert!(text.contains("help: there is an argument with a similar name: `path`"), "{text}");
    }

    #[test]
    fn an_unknown_name_without_a_similar_one_has_no_help() {
        let mut diag = Diagnostics::default();
        let at = diag.locate(&word("a"));
        diag.push_unknown(at, "argument", "colour", &["client", "path"]);
        assert!(!diag.into_tokens().to_string().contains("help:"));
    }
}
