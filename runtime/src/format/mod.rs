//! Parses formats that servers use in responses: dates, media types, links, character encodings and JSON pointers.
//! Start with `media_type.rs`.

pub(crate) mod challenges;
pub(crate) mod charset;
pub(crate) mod crc32;
pub(crate) mod date;
pub(crate) mod form_document;
pub(crate) mod json_number;
pub(crate) mod json_path;
pub(crate) mod json_pointer;
pub(crate) mod json_text;
pub(crate) mod link;
pub(crate) mod loopback;
pub(crate) mod media_type;
pub(crate) mod query_parameter;
pub(crate) mod retry_after;
pub(crate) mod set_cookie;
