//! `#[derive(ApiError)]`: an enum whose variants are chosen by the status of an answer.

mod check;
mod codegen;
mod lower;
mod model;

use proc_macro2::TokenStream;
use syn::Data;

use super::item::{mark_keyword, parse_item};
use crate::diag::Diagnostics;
use crate::tokens;
use check::check_enum;
use lower::{lower_enum, lower_settings};

/// What the derive adds to the item.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let Some(item) = parse_item(item, &mut diag) else {
        return diag.into_tokens();
    };
    let start = diag.marks();
    let settings = lower_settings(&item.attrs, &mut diag);
    let keyword = mark_keyword(&item.data, &mut diag);
    let output = match &item.data {
        Data::Enum(data) => {
            let found = lower_enum(&item.ident, data, &mut diag);
            check_enum(&found, &mut diag);
            if diag.any_in(&(start..diag.marks())) {
                codegen::render_fallback(&item, &settings)
            } else {
                codegen::render(&item, &settings, &found)
            }
        }
        Data::Struct(_) | Data::Union(_) => {
            diag.push(keyword, "`ApiError` can be derived for enums only");
            codegen::render_fallback(&item, &settings)
        }
    };
    tokens::concat(&mut [diag.into_tokens(), output].into_iter())
}
