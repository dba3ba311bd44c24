//! Runs the steps of `#[derive(AsTokens)]`: parse, lower, check, render.

use proc_macro2::TokenStream;
use syn::Data;

use super::check::check_struct;
use super::lower::lower_struct;
use super::{codegen, model};
use crate::derive::item::{locate_keyword, parse_item};
use crate::diag::Diagnostics;
use crate::token_stream;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let Some(item) = parse_item(item, &mut diag) else {
        return diag.into_tokens();
    };
    let start = diag.position();
    let found = match &item.data {
        Data::Struct(data) => {
            let found = lower_struct(&item, data, &mut diag);
            check_struct(&found, &mut diag);
            found
        }
        Data::Enum(_) | Data::Union(_) => {
            let keyword = locate_keyword(&item.data, &mut diag);
            diag.push(keyword, "`AsTokens` can be derived for structs only");
            model::TokenStruct::default()
        }
    };
    let output = if diag.any_in(&(start..diag.position())) {
        codegen::render_fallback(&item, &found.runtime)
    } else {
        codegen::render(&item, &found)
    };
    token_stream::concat(&mut [diag.into_tokens(), output].into_iter())
}
