//! Defines the meaning of individual attributes and strings, without spans or tokens. Start with `param_kind.rs`.
//!
//! All code in this directory can be tested with plain strings.

mod condition;
mod constant;
mod content;
mod duration;
mod http;
mod paging;
mod param_kind;
mod path;
mod role;
mod rule;
mod scheme;

pub(crate) use condition::{Condition, Literal, wrong_pointer};
pub(crate) use constant::{Constant, ConstantPlace};
pub(crate) use content::{Content, Whole};
pub(crate) use duration::parse_millis;
pub(crate) use http::{header_name, is_header_value, is_token};
pub(crate) use paging::{NextPage, Paging};
pub(crate) use param_kind::ParamKind;
pub(crate) use path::PathTemplate;
pub(crate) use role::Role;
pub(crate) use rule::Rule;
pub(crate) use scheme::Scheme;
