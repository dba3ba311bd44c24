//! HEADER

use std::fmt::Display;
use std::ops::Range;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::wording::{expected, similar};
use crate::token_stream;

/// A place in the source: what an error underlines, and how far down the source it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Location {
    order: usize,
    start: Span,
    end: Span,
}

impl Location {
    /// Where the place begins, for generated code that stands there.
    pub(crate) fn span(self) -> Span {
        self.start
    }

    /// One error on the whole place. Two tokens carry the range, since spans cannot be joined on a stable compiler.
    fn error(self, message: &str) -> syn::Error {
        let [start, end] = [self.start, self.end].map(|span| Ident::new("_", span));
        syn::Error::new_spanned(quote!(#start #end), message)
    }
}

/// Something together with the place where it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) at: Location,
}

/// Collects the mistakes of one expansion.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    next: usize,
    /// In source order.
    errors: Vec<(usize, syn::Error)>,
}

impl Diagnostics {
    /// Remembers `tokens` as the next place down the source. Tokens that are not there fall back to the macro's name.
    pub(crate) fn locate(&mut self, tokens: &impl ToTokens) -> Location {
        let mut tokens = tokens.to_token_stream().into_iter().map(|token| token.span());
        let start = tokens.next().unwrap_or_else(Span::call_site);
        let at = Location { order: self.next, start, end: tokens.last().unwrap_or(start) };
        self.next += 1;
        at
    }

    /// How many places are known so far; two such numbers are the range of a node.
    pub(crate) fn position(&self) -> usize {
        self.next
    }

    /// States a fact that needs no advice.
    pub(crate) fn push(&mut self, at: Location, fact: impl Display) {
        self.insert(at.order, at.error(&fact.to_string()));
    }

    /// States a fact and, on a line of its own, how to put it right.
    pub(crate) fn push_help(&mut self, at: Location, fact: impl Display, help: impl Display) {
        self.push(at, format_args!("{fact}\nhelp: {help}"));
    }

    /// A name that is in none of our tables: lists the known ones and points out one that looks alike.
    pub(crate) fn push_unknown(&mut self, at: Location, what: &str, word: &str, known: &[&str]) {
        let fact = format!("unknown {what} `{word}`, {}", expected(known));
        match similar(what, word, known) {
            Some(help) => self.push_help(at, fact, help),
            None => self.push(at, fact),
        }
    }

    /// What the parser of syn could not read, reported where reading has come to.
    pub(crate) fn push_syntax(&mut self, error: syn::Error) {
        self.insert(self.next, error);
        // A place of its own, or the error would belong to whatever is read next.
        self.next += 1;
    }

    /// After all that stand before it or at the same place.
    fn insert(&mut self, order: usize, error: syn::Error) {
        let place = self.errors.partition_point(|(other, _)| *other <= order);
        self.errors.insert(place, (order, error));
    }

    /// Whether anything is wrong within a node.
    pub(crate) fn any_in(&self, node: &Range<usize>) -> bool {
        self.errors.iter().any(|(order, _)| node.contains(order))
    }

    /// All errors as tokens that make the compiler report them, in source order.
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
    fn errors_come_out_in_source_order_whatever_order_they_were_found_in() {
        let mut diag = Diagnostics::default();
        let (first, second) = (diag.locate(&word("a")), diag.locate(&word("b")));
        diag.push(second, "found first");
        diag.push(first, "found second");
        let text = diag.into_tokens().to_string();
        assert!(text.find("found second") < text.find("found first"), "{text}");
    }

    #[test]
    fn errors_at_one_place_keep_the_order_in_which_they_were_found() {
        let mut diag = Diagnostics::default();
        let at = diag.locate(&word("a"));
        diag.push(at, "one");
        diag.push(at, "two");
        let text = diag.into_tokens().to_string();
        assert!(text.find("one") < text.find("two"), "{text}");
    }

    #[test]
    fn a_node_knows_whether_something_within_it_is_wrong() {
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
    fn an_unknown_name_lists_what_was_expected_and_a_near_miss() {
        let mut diag = Diagnostics::default();
        let at = diag.locate(&word("a"));
        diag.push_unknown(at, "argument", "pth", &["client", "path"]);
        let text = diag.into_tokens().to_string();
        assert!(text.contains("unknown argument `pth`, expected one of `client`, `path`"), "{text}");
        assert!(text.contains("help: there is an argument with a similar name: `path`"), "{text}");
    }

    #[test]
    fn a_name_unlike_all_others_gets_the_list_alone() {
        let mut diag = Diagnostics::default();
        let at = diag.locate(&word("a"));
        diag.push_unknown(at, "argument", "colour", &["client", "path"]);
        assert!(!diag.into_tokens().to_string().contains("help:"));
    }
}
