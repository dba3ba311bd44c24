//! The traits of the types that a method's parameters can have.
//!
//! The attribute on a parameter decides where its value is placed in the request. Each place has a trait in this
//! module, which the parameter's type must implement. You rarely name these traits, because every type that implements
//! [`serde::Serialize`] implements most of them. The traits let the compiler report what a type lacks, and they
//! document each place.
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
//! A type that implements `Serialize` may still not fit a place. For example, a struct in a path is an error with
//! [`is_request`](crate::Error::is_request) when the method is called, and nothing is sent. The guide page
//! [`arguments`](crate::guide::arguments) shows what each place accepts.
//!
//! [`AsPart`] and [`AsScalar`] are markers with which the compiler chooses between the two kinds of [`IntoPart`]
//! without an annotation. [`ByHeaderValue`] and [`BySerialize`] are the markers for [`HeaderOption`].

pub use crate::request::arguments::{
    CookieArgument, FormBody, HeaderArgument, HeaderMapArgument, JsonBody, PathArgument, QueryArgument,
};
pub use crate::request::body::IntoBody;
pub use crate::request::header_option::{ByHeaderValue, BySerialize, HeaderOption};
pub use crate::request::multipart::{AsPart, AsScalar, IntoPart};
