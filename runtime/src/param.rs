//! The traits of the types that a method's parameters can have.
//!
//! The attribute on a parameter determines where the request contains the parameter's value. Each place in the request
//! has a trait in this module, and the parameter's type must implement the trait for its place. You rarely need to name
//! these traits, because every type that implements [`serde::Serialize`] implements most of them. With these traits,
//! the compiler can report what a type lacks, and each trait documents one place in the request.
//!
//! | attribute | trait | implemented for |
//! |---|---|---|
//! | `#[path]` | [`PathArgument`] | every `Serialize` type |
//! | `#[query]` | [`QueryArgument`] | every `Serialize` type |
//! | `#[header("name")]`, `#[bearer]` | [`HeaderArgument`] | every `Serialize` type |
//! | `#[header]` | [`HeaderMapArgument`] | [`HeaderMap`](http::HeaderMap), or a pointer to one |
//! | `.header(name, value)` | [`HeaderOption`] | `HeaderValue`, every `Serialize` type |
//! | `#[cookie]` | [`CookieArgument`] | every `Serialize` type |
//! | `#[json]` | [`JsonBody`] | every `Serialize` type |
//! | `#[form]` | [`FormBody`] | every `Serialize` type |
//! | `#[body]` | [`IntoBody`] | bytes, text, [`Body`](crate::Body); your own types |
//! | `#[part]` | [`IntoPart`] | [`Part`](crate::Part), `Option` and `Vec` of it, and every `Serialize` type |
//!
//! Some types implement `Serialize` but cannot be sent in every place in the request. For example, a struct in a path
//! is an error with [`is_request`](crate::Error::is_request) when the method is called, and nothing is sent. The guide
//! page [`arguments`](crate::guide::arguments) shows what each place accepts.
//!
//! [`AsPart`] and [`AsScalar`] are markers that let the compiler choose between the two kinds of [`IntoPart`] without
//! an annotation. [`AsBytes`] and [`AsFile`] are the markers for types that are parts without being `Serialize`, and for
//! types that are not parts. [`ByHeaderValue`] and [`BySerialize`] are the markers for [`HeaderOption`].
//!
//! [`SegmentArgument`], [`SegmentsArgument`] and [`SentArgument`] reject types at compile time that implement
//! `Serialize` but never fit their place, such as a list in one path segment.

pub use crate::request::argument_type::{SegmentArgument, SegmentsArgument, SentArgument};
pub use crate::request::arguments::{
    CookieArgument, FormBody, HeaderArgument, HeaderMapArgument, JsonBody, PathArgument, QueryArgument,
};
pub use crate::request::body::IntoBody;
pub use crate::request::header_option::{ByHeaderValue, BySerialize, HeaderOption};
pub use crate::request::multipart::{AsPart, AsScalar, IntoPart};
pub use crate::request::part_type::{AsBytes, AsFile};
