//! What a method's parameter can be.
//!
//! The attribute on a parameter says where in the request its value goes; each place has a trait here that the
//! parameter's type must implement. You rarely name these traits: every type that implements [`serde::Serialize`]
//! implements the serde ones. They exist so that the compiler can say what a type lacks, and so that you can look it
//! up.
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
//! `Serialize` alone does not make every value fit every place: a struct in a path is an error when the call is made,
//! with [`is_request`](crate::Error::is_request). Nothing is sent then. The guide page
//! [`arguments`](crate::guide::arguments) shows what each place accepts.
//!
//! [`AsPart`] and [`AsScalar`] are markers: they let the compiler choose between the two kinds of [`IntoPart`]
//! without an annotation from you. So do [`ByHeaderValue`] and [`BySerialize`] for [`HeaderOption`].

pub use crate::request::arguments::{
    CookieArgument, FormBody, HeaderArgument, HeaderMapArgument, JsonBody, PathArgument, QueryArgument,
};
pub use crate::request::body::IntoBody;
pub use crate::request::header_option::{ByHeaderValue, BySerialize, HeaderOption};
pub use crate::request::multipart::{AsPart, AsScalar, IntoPart};
