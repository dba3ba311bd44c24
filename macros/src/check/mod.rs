//! HEADER

mod api;
mod conflicts;
mod content;
mod dyn_trait;
mod names;
mod path;
mod role;

pub(crate) use api::check_api;
