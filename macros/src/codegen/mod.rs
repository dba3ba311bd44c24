//! Renders the model as Rust code: the trait, the client and the code that sends each method's request.
//! Start with `api.rs`.
//!
//! Code generation does not report errors, because earlier steps have reported all errors and marked the invalid
//! methods.

mod api;
mod api_info;
mod attributes;
mod by_type;
mod client;
mod default_body;
mod description;
mod dyn_type;
mod endpoint;
mod erased;
mod lifetime;
mod literal;
mod param;
mod refresh;
mod signature;
mod span;
mod stub;
mod trait_item;
mod unreadable;

pub(crate) use api::render;
pub(crate) use client::ClientParts;
pub(crate) use unreadable::render_unreadable;
