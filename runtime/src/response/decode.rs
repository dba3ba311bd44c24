//! Converts a response into the return value of a trait method. Decoding is the only step of a call whose code is
//! generic over the return type.

use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::reading::{ByHand, ByReply, BySerde, Reading};
use super::reply::Reply;
use crate::error::Error;

/// A type that can be read from a response.
///
/// Every type that serde can deserialize implements `FromResponse`. [`Reply`] with a deserializable value, and
/// [`reqwest::Response`], also implement `FromResponse`. Implement `FromResponse` yourself to read a format other than
/// JSON:
///
/// ```
/// use afresh::response::{Answer, FromResponse};
///
/// struct Csv(Vec<String>);
///
/// impl FromResponse for Csv {
///     fn from_response(answer: Answer) -> afresh::Result<Self> {
///         let answer = answer.success()?;
///         let text = String::from_utf8_lossy(answer.body());
///         Ok(Csv(text.lines().map(str::to_owned).collect()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a response",
    label = "not readable",
    note = "derive `serde::Deserialize` for the type or for the types that it contains, or implement `afresh::response::FromResponse`"
)]
#[cfg_attr(
    target_family = "wasm",
    diagnostic::on_unimplemented(
        note = "`reqwest::Response` does not exist in a browser: return a `Reply`, which has the status and the headers"
    )
)]
pub trait FromResponse<Via = ByHand>: Sized {
    /// The part of the response that the runtime reads before it calls `from_response`.
    const READING: Reading = Reading::Whole;

    /// Reads the value. The response can have any status. Call [`Answer::success`] to reject an unsuccessful response.
    ///
    /// # Errors
    ///
    /// If `from_response` returns an error, the API method also returns this error.
    fn from_response(answer: Answer) -> Result<Self, Error>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> FromResponse<BySerde> for T {
    fn from_response(answer: Answer) -> Result<Self, Error> {
        answer.deserialize()
    }
}

impl<V, T: FromResponse<V>> FromResponse<ByReply<V>> for Reply<T> {
    const READING: Reading = T::READING;

    fn from_response(answer: Answer) -> Result<Self, Error> {
        let (status, receipt) = (answer.status(), answer.receipt());
        let headers = answer.headers().clone();
        Ok(Self::new(status, headers, T::from_response(answer)?).with_receipt(receipt))
    }
}

/// Returns the response unchanged, regardless of its status. The implementation for [`reqwest::Response`] does not
/// exist in browser builds.
#[cfg(not(target_family = "wasm"))]
impl FromResponse for reqwest::Response {
    const READING: Reading = Reading::Head;

    fn from_response(answer: Answer) -> Result<Self, Error> {
        Ok(answer.into_response())
    }
}

/// The return type of a client method: `Result<T, E>`, or an alias of such a type.
///
/// `T` must be readable from a response, and `E` must implement `From<afresh::Error>`.
#[diagnostic::on_unimplemented(
    message = "a client method cannot return `{Self}`",
    label = "not a `Result`",
    note = "return `Result<T, E>` where `E: From<afresh::Error>`"
)]
pub trait Outcome<Via>: Sized {
    #[doc(hidden)]
    const READING: Reading;

    #[doc(hidden)]
    fn of(answer: Result<Answer, Error>, method: &'static str, record: fn(&Error)) -> Self;
}

impl<T, E, V> Outcome<V> for Result<T, E>
where
    T: FromResponse<V>,
    E: FromError,
{
    const READING: Reading = T::READING;

    fn of(answer: Result<Answer, Error>, method: &'static str, record: fn(&Error)) -> Self {
        let value = match answer {
            Ok(answer) => T::from_response(answer),
            Err(error) => Err(error),
        };
        match value {
            Ok(value) => Ok(value),
            Err(error) => Err(E::from(with_method(error, method, record))),
        }
    }
}

/// This function is separate from `of` because `of` is compiled once for each return type.
fn with_method(error: Error, method: &'static str, record: fn(&Error)) -> Error {
    let error = error.in_method(Some(method));
    record(&error);
    error
}

/// A trait for the error types of client methods, implemented for every type that implements `From<afresh::Error>`.
///
/// ```
/// use afresh::api;
///
/// pub struct Unhealthy(afresh::Error);
///
/// impl From<afresh::Error> for Unhealthy {
///     fn from(error: afresh::Error) -> Self {
///         Self(error)
///     }
/// }
///
/// #[api]
/// pub trait Shop {
///     #[get("/health")]
///     async fn health(&self) -> Result<(), Unhealthy>;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from an `afresh::Error`",
    label = "not an error type for a client method",
    note = "return `afresh::Error`, derive `afresh::ApiError` for `{Self}`, or implement `From<afresh::Error>` for it"
)]
pub trait FromError: From<Error> {}

#[diagnostic::do_not_recommend]
impl<E: From<Error>> FromError for E {}
