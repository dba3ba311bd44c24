//! The traits that a parameter's type meets, one per place. All are [`Serialize`] under a name that says
//! what was asked of the type.

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
    /// What can stand in a path: a scalar, that is a text, a number, a bool, a `char`, a unit variant, or a
    /// newtype of one.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent in the path",
        label = "not serializable",
        note = "derive `serde::Serialize` for it or for what it holds"
    )]
    PathArgument
}

argument! {
    /// What can stand in a query string: scalars under the parameter's name, `None` left out, sequences
    /// repeated, structs and maps spread.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent in the query",
        label = "not serializable",
        note = "derive `serde::Serialize` for it or for what it holds"
    )]
    QueryArgument
}

argument! {
    /// What can stand in a header: a scalar, an `Option` of one, or a sequence, each of which becomes a
    /// header line.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent in a header",
        label = "not serializable",
        note = "derive `serde::Serialize` for it or for what it holds"
    )]
    HeaderArgument
}

argument! {
    /// What can be a cookie: a scalar, or an `Option` of one.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent in a cookie",
        label = "not serializable",
        note = "derive `serde::Serialize` for it or for what it holds"
    )]
    CookieArgument
}

argument! {
    /// What can be a JSON body, or a member of one: anything that serializes.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent as a JSON body",
        label = "not serializable",
        note = "derive `serde::Serialize` for it or for what it holds"
    )]
    JsonBody
}

argument! {
    /// What can be an urlencoded body, or a member of one: structs and maps of scalars and sequences.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent as a form body",
        label = "not serializable",
        note = "derive `serde::Serialize` for it or for what it holds"
    )]
    FormBody
}

/// What `#[header]` without a name takes: a `HeaderMap`, also behind pointers.
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
    /// The headers.
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
