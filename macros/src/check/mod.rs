//! HEADER

mod api;
mod combination;
mod content;
mod dynamic;
mod names;
mod path;
mod role;

pub(crate) use api::check_api;
