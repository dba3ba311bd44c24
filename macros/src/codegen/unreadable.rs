//! Renders the output for a trait that cannot be parsed.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::api_info::render_empty_info;
use super::client::{ClientParts, render_api, render_client};
use super::dyn_type::render_empty_dyn_type;
use crate::syntax::strip;

/// Renders the trait without this macro's attributes, a client without methods, and the `Dyn` type if the trait has the
/// `dyn` argument.
pub(crate) fn render_unreadable(
    item: TokenStream,
    parts: &ClientParts,
    dyn_type: Option<&Ident>,
) -> TokenStream {
    let item = strip(item);
    let client = render_client(parts);
    let info = render_empty_info(parts);
    let description = render_api(parts, &quote!(&#info), None);
    let dyn_type = dyn_type.map(|dyn_type| render_empty_dyn_type(dyn_type, parts.vis));
    quote!(#item #client #description #dyn_type)
}
