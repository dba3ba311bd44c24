//! Contains the derives, each with its own parse, lower, check and render steps. Start with `as_tokens/expand.rs`.
//!
//! A derive always generates complete implementations and reports every error, even for an invalid item.

mod api_error;
mod as_tokens;
mod generics;
mod helper_attribute;
mod item;

pub(crate) use api_error::expand as expand_api_error;
pub(crate) use as_tokens::expand as expand_as_tokens;
