//! HEADER

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::api_info::render_empty_info;
use super::client::{Frame, render_api, render_client};
use super::dyn_type::render_empty;
use crate::syntax::strip;

/// A trait whose head cannot be read: as it is, save for our attributes, a client without methods, and the holder if
/// there is to be one.
pub(crate) fn render_unreadable(item: TokenStream, frame: &Frame, holder: Option<&Ident>) -> TokenStream {
    let item = strip(item);
    let client = render_client(frame);
    let info = render_empty_info(frame);
    let description = render_api(frame, &quote!(&#info));
    let holder = holder.map(|holder| render_empty(holder, frame.vis));
    quote!(#item #client #description #holder)
}
