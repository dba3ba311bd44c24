//! An answer becomes a value: the whole body, JSON, text, streams, pages. Start with `decode`.

pub(crate) mod answer;
pub(crate) mod body_deserializer;
pub(crate) mod byte_stream;
pub(crate) mod capture;
pub(crate) mod decode;
pub(crate) mod decode_error;
pub(crate) mod error_body;
pub(crate) mod event_parser;
pub(crate) mod events;
pub(crate) mod lines;
pub(crate) mod pages;
pub(crate) mod reading;
pub(crate) mod reply;
pub(crate) mod stream_value;
