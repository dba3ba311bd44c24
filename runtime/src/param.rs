//! Contains the traits that the types of a method's parameters must implement.
//!
//! The attribute on a parameter determines which part of the request carries the parameter's value. Each trait in this
//! module corresponds to one place in the request, such as the path or the query. A parameter's type must implement the
//! trait for the place that carries the parameter's value. You rarely need to name the traits in this module, because
//! every type that implements [`serde::Serialize`] implements most of them. The traits in this module let the compiler
//! explain why a parameter's type is not accepted. The documentation of each trait describes the corresponding place in
//! the request.
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
//! Some types implement `Serialize` but can be sent only in certain places in the request. For example, a call with a
//! struct as a path parameter returns an error for which [`is_request`](crate::Error::is_request) returns `true`, and
//! nothing is sent. The guide page [`arguments`](crate::guide::arguments) shows what each place in the request accepts.
//!
//! [`AsPart`] and [`AsScalar`] are markers that let the compiler choose between the two kinds of [`IntoPart`] without
//! an annotation. [`AsBytes`] is the marker for bytes, which serde would serialize as a list of numbers. [`AsFile`] is
//! the marker for types that represent a file, which `#[part]` does not accept. [`ByHeaderValue`] and [`BySerialize`]
//! are the markers for [`HeaderOption`].
//!
//! Each of [`SegmentArgument`], [`SegmentsArgument`] and [`SentArgument`] represents one place in a request. If a type
//! implements `Serialize` but can never be sent in the declared place, such as a list in a single path segment, the
//! compiler reports an error.

pub use crate::request::argument_type::{SegmentArgument, SegmentsArgument, SentArgument};
pub use crate::request::arguments::{
    CookieArgument, FormBody, HeaderArgument, HeaderMapArgument, JsonBody, PathArgument, QueryArgument,
};
pub use crate::request::body::IntoBody;
pub use crate::request::header_option::{ByHeaderValue, BySerialize, HeaderOption};
pub use crate::request::multipart::{AsPart, AsScalar, IntoPart};
pub use crate::request::part_type::{AsBytes, AsFile};
