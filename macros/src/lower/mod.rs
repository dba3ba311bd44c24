//! Converts parsed Rust syntax to the macro's model, one node at a time. Start with `endpoint.rs`.
//!
//! An invalid node is reported and skipped, and its siblings are still read.

mod api;
mod condition;
mod constant;
mod endpoint;
mod paging;
mod parameter;
mod report;
mod request;
mod rule;
mod settings;
mod value;

pub(crate) use api::lower_api;
pub(crate) use settings::{Settings, lower_settings};
