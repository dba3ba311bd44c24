//! Encodes the arguments of a call into a request. Start with `call.rs`.
//!
//! All arguments follow one rule: a value is sent as its JSON representation, without the quotes around a string. The
//! JSON representation of a value depends on the [`Serialize`](serde::Serialize) implementation of its type. The name
//! of a type does not affect how its values are sent.

pub(crate) mod argument_type;
pub(crate) mod arguments;
pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod cookie;
pub(crate) mod declared;
pub(crate) mod draft;
pub(crate) mod exact_body;
pub(crate) mod form;
pub(crate) mod header;
pub(crate) mod header_option;
pub(crate) mod json;
pub(crate) mod multipart;
pub(crate) mod outliving;
pub(crate) mod part;
pub(crate) mod part_type;
pub(crate) mod path;
pub(crate) mod prepared;
pub(crate) mod query;
pub(crate) mod scalar_serializer;
pub(crate) mod scalar_writer;
