//! Applies the rules that compare two or more syntax nodes. Start with `api.rs`.

mod api;
mod conflicts;
mod content;
mod dyn_trait;
mod headers;
mod names;
mod path;
mod role;
mod statuses;

pub(crate) use api::check_api;
