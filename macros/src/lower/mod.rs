//! HEADER

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
