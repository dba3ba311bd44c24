//! Runs the steps of `#[derive(ApiError)]`: parse, lower, check, render.

use proc_macro2::TokenStream;
use syn::Data;

use super::check::{check_enum, check_thiserror};
use super::codegen;
use super::lower::{lower_enum, lower_settings};
use crate::derive::item::{locate_keyword, parse_item};
use crate::diag::Diagnostics;
use crate::token_stream;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let Some(item) = parse_item(item, &mut diag) else {
        return diag.into_tokens();
    };
    let start = diag.position();
    let variants: Vec<&[syn::Attribute]> = match &item.data {
        Data::Enum(data) => data.variants.iter().map(|variant| variant.attrs.as_slice()).collect(),
        Data::Struct(_) | Data::Union(_) => Vec::new(),
    };
    let settings = lower_settings(&item.attrs, &variants, &mut diag);
    let keyword = locate_keyword(&item.data, &mut diag);
    let output = match &item.data {
        Data::Enum(data) => {
            let found = lower_enum(&item.ident, data, &mut diag);
            check_enum(&found, &mut diag);
            check_thiserror(&settings, &mut diag);
            if diag.any_in(&(start..diag.position())) {
                codegen::render_fallback(&item, &settings)
            } else {
                codegen::render(&item, &settings, &found)
            }
        }
        Data::Struct(_) | Data::Union(_) => {
            diag.push(keyword, "`ApiError` can be derived only for enums");
            codegen::render_fallback(&item, &settings)
        }
    };
    token_stream::concat(&mut [diag.into_tokens(), output].into_iter())
}
