//! Parses a name and its location.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use crate::diag::{Diagnostics, Location};
use crate::names;

pub(crate) struct Name {
    pub(crate) ident: Ident,
    pub(crate) at: Location,
}

impl Name {
    pub(super) fn parse(input: ParseStream, diag: &mut Diagnostics) -> syn::Result<Self> {
        let ident = input.call(Ident::parse_any)?;
        Ok(Self { at: diag.locate(&ident), ident })
    }

    /// Returns the name without the `r#` of a raw identifier.
    pub(crate) fn plain(&self) -> String {
        names::plain(&self.ident)
    }
}
