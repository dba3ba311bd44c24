//! How arguments become parts of a request: one file per place.
//!
//! One rule for all: a value is sent as its JSON would be, without the quotes. What a type's
//! [`Serialize`](serde::Serialize) says decides; no type name is ever looked at.

pub(crate) mod arguments;
pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod cookie;
pub(crate) mod draft;
pub(crate) mod form;
pub(crate) mod header;
pub(crate) mod json;
pub(crate) mod multipart;
pub(crate) mod path;
pub(crate) mod prepared;
pub(crate) mod query;
pub(crate) mod scalar;

pub use arguments::{
    CookieArgument, FormBody, HeaderArgument, HeaderMapArgument, JsonBody, PathArgument, QueryArgument,
};
pub use body::{Body, IntoBody};
pub(crate) use body::{Content, Next};
pub(crate) use cookie::write_cookie;
pub(crate) use form::write_form;
pub(crate) use header::header_values;
pub(crate) use json::write_json;
pub(crate) use multipart::Parts;
pub use multipart::{AsPart, AsScalar, IntoPart, Part};
pub(crate) use path::{has_dot_segment, write_segment, write_segments};
pub(crate) use query::write_query;
pub(crate) use scalar::Refusal;
