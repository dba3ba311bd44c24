//! Uses the derive macros in a crate that denies as many lints as possible.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused)]
#![deny(unused_qualifications, unnameable_types, single_use_lifetimes, clippy::all, clippy::pedantic)]

use afresh::{ApiError, AsTokens, Problem};

/// What can go wrong.
#[derive(Debug, ApiError)]
pub enum ShopError<'a, T: Clone = u64, const N: usize = 1> {
    /// There is no such order.
    #[status(404, 410)]
    NotFound,
    /// Another request has already changed the order.
    #[status(409)]
    Conflict {
        /// The version.
        body: T,
    },
    /// Old.
    #[status(400)]
    #[deprecated]
    Text(std::borrow::Cow<'a, str>),
    /// A variant with empty braces, which is neither a unit variant nor a tuple variant.
    #[status(406)]
    Empty {},
    /// A response with any other error status.
    #[status(4xx, 5xx)]
    Problem(Problem),
    /// Everything else.
    #[other]
    Other(afresh::Error),
}

/// An error enum whose only variant accepts every error.
#[derive(Debug, ApiError)]
pub enum AnyError {
    /// Everything.
    #[other]
    Other {
        /// The error.
        source: afresh::Error,
    },
}

/// The response to a login.
#[derive(Debug, AsTokens)]
#[tokens(refresh = "more.1")]
pub struct LoggedIn<'a, T: afresh::session::TokenText> {
    /// The token.
    #[tokens(access)]
    #[deprecated]
    pub r#type: &'a str,
    /// More of them.
    #[tokens(scope = "more.0")]
    pub more: (Option<T>, String),
}

fn main() {}
