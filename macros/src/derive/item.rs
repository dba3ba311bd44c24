//! The item that a derive stands on.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Data, DeriveInput};

use crate::diag::{Diagnostics, Location};

/// Reads the item. What is none is reported: the compiler has read it before us, so this is syntax newer than ours.
pub(super) fn parse_item(item: TokenStream, diag: &mut Diagnostics) -> Option<DeriveInput> {
    match syn::parse2(item) {
        Ok(item) => Some(item),
        Err(error) => {
            diag.push_syntax(error);
            None
        }
    }
}

/// The keyword that says what kind of item it is.
pub(super) fn locate_keyword(data: &Data, diag: &mut Diagnostics) -> Location {
    let tokens = match data {
        Data::Struct(data) => data.struct_token.to_token_stream(),
        Data::Enum(data) => data.enum_token.to_token_stream(),
        Data::Union(data) => data.union_token.to_token_stream(),
    };
    diag.locate(&tokens)
}
