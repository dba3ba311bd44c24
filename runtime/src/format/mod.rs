//! Formats that servers write and that need no knowledge of a call: dates, media types, links, JSON pointers.
//! Start with `media_type`.

pub(crate) mod charset;
pub(crate) mod date;
pub(crate) mod json_number;
pub(crate) mod json_path;
pub(crate) mod json_pointer;
pub(crate) mod link;
pub(crate) mod loopback;
pub(crate) mod media_type;
pub(crate) mod set_cookie;
