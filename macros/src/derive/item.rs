//! Parses the item to which a derive macro is applied.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Data, DeriveInput};

use crate::diag::{Diagnostics, Location};

/// The compiler has already parsed the item, so a parse error means that syn does not support the item's syntax.
pub(super) fn parse_item(item: TokenStream, diag: &mut Diagnostics) -> Option<DeriveInput> {
    match syn::parse2(item) {
        Ok(item) => Some(item),
        Err(error) => {
            diag.push_syntax(error);
            None
        }
    }
}

pub(super) fn locate_keyword(data: &Data, diag: &mut Diagnostics) -> Location {
    let tokens = match data {
        Data::Struct(data) => data.struct_token.to_token_stream(),
        Data::Enum(data) => data.enum_token.to_token_stream(),
        Data::Union(data) => data.union_token.to_token_stream(),
    };
    diag.locate(&tokens)
}
