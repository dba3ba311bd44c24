//! Converts a call's response into the value that a trait method returns.
//!
//! A trait method returns `Result<T, E>`. `T` must implement [`FromResponse`], which is implemented for every type that
//! serde can deserialize. `E` must implement [`FromError`], which is implemented for every type that implements
//! `From<afresh::Error>`. Implement [`FromResponse`] yourself to read a format other than JSON. Your implementation
//! receives an [`Answer`]. The implementation's [`Reading`] determines how much of the body the runtime reads before it
//! calls the implementation.
//!
//! | trait | what the type is used for |
//! |---|---|
//! | [`FromResponse`] | the value in the `Result` of a method |
//! | [`FromError`] | the error in the `Result` of a method |
//! | [`Outcome`] | the whole `Result`, under any alias |
//! | [`SessionOutcome`](crate::refresh::SessionOutcome) | the `Result` of a `#[login]` or `#[refresh]` method |
//! | [`ErrorBody`] | a field of a variant of an [`ApiError`](macro@crate::ApiError) |
//!
//! The types in this module that are not in the table above are only marker types. [`ByHand`], [`BySerde`], [`ByReply`]
//! and [`ByPages`] let the compiler find the right [`FromResponse`] implementation without an annotation. [`OneAnswer`]
//! and [`ManyAnswers`] let the compiler check that a method returns [`Pages`](crate::Pages) or [`Items`](crate::Items)
//! if and only if it has the `#[pages]` attribute.

// To read the code, start with `decode.rs`.

pub(crate) mod answer;
pub(crate) mod body_deserializer;
pub(crate) mod byte_stream;
pub(crate) mod capture;
pub(crate) mod decode;
pub(crate) mod decode_error;
pub(crate) mod deserialize;
pub(crate) mod error_body;
pub(crate) mod event_parser;
pub(crate) mod events;
pub(crate) mod item;
pub(crate) mod items;
pub(crate) mod line_buffer;
pub(crate) mod lines;
pub(crate) mod page;
pub(crate) mod page_source;
pub(crate) mod pages;
pub(crate) mod read_answer;
pub(crate) mod reading;
pub(crate) mod reply;
pub(crate) mod result_type;
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub(crate) mod wait_next;
pub(crate) mod wrong_type;

pub use self::answer::Answer;
pub use self::decode::{FromError, FromResponse, Outcome};
pub use self::error_body::ErrorBody;
pub use self::reading::{ByHand, ByPages, ByReply, BySerde, ManyAnswers, OneAnswer, Reading};
