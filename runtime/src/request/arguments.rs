//! Defines one trait for each part of a request that can contain a parameter's value, such as the path or the query.
//! Most of the argument traits require only [`Serialize`]. Because each part of a request has its own trait, a compile
//! error can name the part of the request in which a type cannot be sent.

use http::HeaderMap;
use serde::Serialize;

macro_rules! argument {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        pub trait $name: Serialize {}

        #[diagnostic::do_not_recommend]
        impl<T: Serialize + ?Sized> $name for T {}
    };
}

argument! {
    /// The type of a `#[path]` parameter: a scalar.
    ///
    /// A scalar is a string, a number, a `bool`, a `char`, a unit variant of an enum, or a newtype around one of these
    /// types.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent in the path",
        label = "not serializable",
        note = "derive `serde::Serialize` for the type or for the types that it contains"
    )]
    PathArgument
}

argument! {
    /// The type of a `#[query]` parameter: a scalar, a sequence, a struct, a map, or an `Option` of one of these types.
    ///
    /// A scalar is sent under the parameter's name. `None` is omitted. Each element of a sequence is sent under the
    /// parameter's name, and each field of a struct or map is sent as `name[field]=value`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent in the query",
        label = "not serializable",
        note = "derive `serde::Serialize` for the type or for the types that it contains"
    )]
    QueryArgument
}

argument! {
    /// The type of a `#[header("name")]` parameter: a scalar, a sequence of scalars, or an `Option` of either.
    ///
    /// Each element of a sequence becomes a separate header line.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent in a header",
        label = "not serializable",
        note = "derive `serde::Serialize` for the type or for the types that it contains"
    )]
    HeaderArgument
}

argument! {
    /// The type of a `#[cookie]` parameter: a scalar, a sequence of scalars, or an `Option` of either.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent in a cookie",
        label = "not serializable",
        note = "derive `serde::Serialize` for the type or for the types that it contains"
    )]
    CookieArgument
}

argument! {
    /// The type of a `#[json]` parameter, which is the whole JSON body or one of its fields.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent as a JSON body",
        label = "not serializable",
        note = "derive `serde::Serialize` for the type or for the types that it contains"
    )]
    JsonBody
}

argument! {
    /// The type of a `#[form]` parameter, which is the whole urlencoded body or one of its fields.
    ///
    /// A whole body is a struct or a map whose fields are scalars, sequences of scalars, or `Option`s of either.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent as a form body",
        label = "not serializable",
        note = "derive `serde::Serialize` for the type or for the types that it contains"
    )]
    FormBody
}

/// The type of a `#[header]` parameter without a name: a `HeaderMap`, or a reference or smart pointer to a `HeaderMap`.
///
/// ```
/// use afresh::{api, Result};
/// use reqwest::header::HeaderMap;
///
/// #[api]
/// pub trait Shop {
///     #[get("/health")]
///     async fn health(&self, #[header] headers: &HeaderMap) -> Result<()>;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a map of headers",
    label = "not a `HeaderMap`",
    note = "give the header a name, `#[header(\"x-name\")]`, or use `reqwest::header::HeaderMap`"
)]
pub trait HeaderMapArgument {
    /// Returns the headers to send.
    fn header_map(&self) -> &HeaderMap;
}

impl HeaderMapArgument for HeaderMap {
    fn header_map(&self) -> &HeaderMap {
        self
    }
}

macro_rules! pointer {
    ($($pointer:ty),*) => {$(
        impl<T: HeaderMapArgument + ?Sized> HeaderMapArgument for $pointer {
            fn header_map(&self) -> &HeaderMap {
                T::header_map(self)
            }
        }
    )*};
}

pointer!(&T, &mut T, Box<T>, std::sync::Arc<T>);
