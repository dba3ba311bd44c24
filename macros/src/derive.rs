//! The derives, each a stair of its own: lower what syn has read to a model, check it, render it.
//!
//! A derive cannot take anything out of the item it stands on; what it adds is whole even if something is wrong: impls
//! that compile, and every error in source order.

mod api_error;
mod as_tokens;
mod helper_attribute;
mod item;
mod quoting;

pub(crate) use api_error::expand as expand_api_error;
pub(crate) use as_tokens::expand as expand_as_tokens;
