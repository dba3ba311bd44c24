//! The derives, each with its own parse, lower, check and render steps. A derive always emits complete
//! implementations and every error, even for an invalid item.
//!
//! Read `as_tokens/expand.rs` first: it is the shorter of the two.

mod api_error;
mod as_tokens;
mod generics;
mod helper_attribute;
mod item;

pub(crate) use api_error::expand as expand_api_error;
pub(crate) use as_tokens::expand as expand_as_tokens;
