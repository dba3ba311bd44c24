//! From an answer to the value a method returns: the only generic step after a call.

use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::{Error, Kind};
use crate::response::answer::Answer;
use crate::response::reply::Reply;
use crate::session::{AsTokens, Tokens};
use crate::trace;

pub use super::reading::{ByHand, ByPages, ByReply, BySerde, ManyAnswers, OneAnswer};

/// How much of a response is read before a value is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The body to its end.
    Whole,
    /// The head, if it is a success: the value reads the body as it arrives. Another answer is read to its
    /// end, for the error.
    HeadOfSuccess,
    /// The head, whatever its status.
    Head,
}

impl Reading {
    /// Whether the body of an answer with this status is left to the value.
    pub(crate) fn is_live(self, status: StatusCode) -> bool {
        match self {
            Self::Whole => false,
            Self::HeadOfSuccess => status.is_success(),
            Self::Head => true,
        }
    }
}

/// A value that can be made of an answer.
///
/// Every type that serde can deserialize is one, and so are [`Reply`] of such a type and
/// [`reqwest::Response`]. Implement it for a type that reads something else than JSON:
///
/// ```
/// use afresh::{Answer, FromResponse};
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
    note = "derive `serde::Deserialize` for it or for what it holds, or implement `afresh::FromResponse`"
)]
pub trait FromResponse<Via = ByHand>: Sized {
    /// How much of the response is read before the value is made.
    const READING: Reading = Reading::Whole;

    /// Makes the value. The status may be anything; see [`Answer::success`].
    ///
    /// # Errors
    ///
    /// Whatever the caller of the method is to get.
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

/// As it came, whatever its status.
impl FromResponse for reqwest::Response {
    const READING: Reading = Reading::Head;

    fn from_response(answer: Answer) -> Result<Self, Error> {
        Ok(answer.into_response())
    }
}

/// What a client method can return: `Result<T, E>`, under any alias, of a `T` that can be read from a
/// response and an `E: From<afresh::Error>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a client method can return",
    label = "not a `Result`",
    note = "return `Result<T, E>` where `E: From<afresh::Error>`"
)]
pub trait Outcome<Via>: Sized {
    #[doc(hidden)]
    const READING: Reading;

    #[doc(hidden)]
    fn of(answer: Result<Answer, Error>, method: &'static str) -> Self;
}

impl<T, E, V> Outcome<V> for Result<T, E>
where
    T: FromResponse<V>,
    E: FromError,
{
    const READING: Reading = T::READING;

    fn of(answer: Result<Answer, Error>, method: &'static str) -> Self {
        let value = match answer {
            Ok(answer) => T::from_response(answer),
            Err(error) => Err(error),
        };
        match value {
            Ok(value) => Ok(value),
            Err(error) => Err(E::from(named(error, method))),
        }
    }
}

/// Apart from the above, which is compiled for each type.
fn named(error: Error, method: &'static str) -> Error {
    let error = error.in_method(Some(method));
    trace::undecodable(&error);
    error
}

/// What a method can fail with: whatever is `From<afresh::Error>`.
///
/// ```
/// use afresh::api;
///
/// pub struct NotWell(afresh::Error);
///
/// impl From<afresh::Error> for NotWell {
///     fn from(error: afresh::Error) -> Self {
///         Self(error)
///     }
/// }
///
/// #[api]
/// pub trait Shop {
///     #[get("/health")]
///     async fn health(&self) -> Result<(), NotWell>;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from an `afresh::Error`",
    label = "not an error of a client method",
    note = "return `afresh::Error`, derive `afresh::ApiError` for `{Self}`, or implement `From<afresh::Error>` for it"
)]
pub trait FromError: From<Error> {}

#[diagnostic::do_not_recommend]
impl<E: From<Error>> FromError for E {}

/// What a `#[login]` or `#[refresh]` method can return: an [`Outcome`] whose value says where its tokens are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a `#[login]` or `#[refresh]` method can return",
    label = "no tokens in here",
    note = "return `Result<T, E>` where `T: afresh::AsTokens` and `E: From<afresh::Error>`"
)]
pub trait SessionOutcome<Via>: Outcome<Via> {
    #[doc(hidden)]
    fn tokens_of(answer: &Answer) -> Result<Tokens, Error>;
}

impl<T, E, V> SessionOutcome<V> for Result<T, E>
where
    T: FromResponse<V> + AsTokens,
    E: FromError,
{
    fn tokens_of(answer: &Answer) -> Result<Tokens, Error> {
        let copy = Answer::whole(answer.status(), answer.headers().clone(), answer.body().clone());
        let tokens = T::from_response(copy)?.as_tokens();
        if tokens.access_token().is_none() && tokens.refresh_token().is_none() && !tokens.by_cookie {
            return Err(Error::new(Kind::Decode, "the answer holds no tokens"));
        }
        Ok(tokens)
    }
}
