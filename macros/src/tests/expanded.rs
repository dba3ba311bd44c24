//! Expands a trait and searches the generated code.

use proc_macro2::TokenStream;

use crate::expand::expand;

/// A macro expansion as a string without whitespace.
pub(super) struct Expanded(pub(super) String);

impl Expanded {
    #[track_caller]
    pub(super) fn has(&self, part: &TokenStream) -> &Self {
        let part = plain(part);
        assert!(self.0.contains(&part), "no {part}\nin {}", self.0);
        self
    }

    #[track_caller]
    pub(super) fn has_not(&self, part: &TokenStream) -> &Self {
        let part = plain(part);
        assert!(!self.0.contains(&part), "{part}\nis in {}", self.0);
        self
    }
}

pub(super) fn plain(tokens: &TokenStream) -> String {
    tokens.to_string().replace(char::is_whitespace, "")
}

pub(super) fn api(item: TokenStream) -> Expanded {
    Expanded(plain(&expand(TokenStream::new(), item)))
}
