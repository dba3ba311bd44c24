//! Renders statuses and conditions as constant slices.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::api::Api;
use crate::model::{self, Condition};
use crate::names::RuntimeItem;

pub(super) fn render_statuses(statuses: &[u16]) -> TokenStream {
    let statuses = statuses.iter().map(|status| Literal::u16_unsuffixed(*status));
    quote!(&[#(#statuses),*])
}

/// Renders a list of conditions, such as `&[Condition::Text("/error", "token_expired")]`.
pub(super) fn render_conditions(api: &Api, conditions: &[Condition]) -> TokenStream {
    let condition_type = api.runtime.item(RuntimeItem::Condition);
    let conditions = conditions.iter().map(|Condition { pointer, value }| {
        let condition = match value {
            model::Literal::Text(text) => quote!(Text(#pointer, #text)),
            model::Literal::Integer(number) => {
                let number = Literal::i64_unsuffixed(*number);
                quote!(Integer(#pointer, #number))
            }
            model::Literal::Boolean(truth) => quote!(Boolean(#pointer, #truth)),
        };
        quote!(#condition_type::#condition)
    });
    quote!(&[#(#conditions),*])
}
