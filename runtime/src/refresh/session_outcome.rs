//! [`SessionOutcome`] reads the tokens from the response to a `#[login]` or `#[refresh]` method.

use serde_json::Value;

use crate::error::{Error, Kind};
use crate::format::charset::without_bom;
use crate::format::form_document;
use crate::response::answer::Answer;
use crate::response::decode::{FromError, FromResponse, Outcome};
use crate::response::reply::Reply;
use crate::session::{AsTokens, Tokens};

/// The return type of a `#[login]` or `#[refresh]` method: an [`Outcome`] whose value implements [`AsTokens`].
#[diagnostic::on_unimplemented(
    message = "a `#[login]` or `#[refresh]` method cannot return `{Self}`",
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
        let tokens = match T::from_response(copy) {
            Ok(value) => value.as_tokens(),
            Err(error) => return Err(without_tokens(answer, Some(error))),
        };
        if tokens.access_token().is_none() && tokens.refresh_token().is_none() && !tokens.by_cookie {
            return Err(without_tokens(answer, None));
        }
        Ok(tokens)
    }
}

/// The error message lists the names of the fields in the response.
fn without_tokens(answer: &Answer, error: Option<Error>) -> Error {
    let names = field_names(answer);
    let error = match error {
        Some(error) if error.kind() != Kind::Decode || names.is_none() => return error,
        error => error,
    };
    let names = names.filter(|names| !names.is_empty()).map_or_else(
        || "which has no fields".to_owned(),
        |names| format!("which has the fields `{}`", names.join("`, `")),
    );
    let text = format!(
        "no access token was found in the response, {names}. Return a type that derives `afresh::AsTokens` and has the \
         fields of the tokens"
    );
    let missing = Error::new(Kind::Decode, text).with_receipt(answer.receipt());
    match error {
        Some(error) => missing.with_source(error),
        None => missing,
    }
}

/// Returns the names of the response's top-level fields that look like identifiers, or `None` if the response is not an
/// object.
fn field_names(answer: &Answer) -> Option<Vec<String>> {
    let body = without_bom(answer.body());
    let document: Value =
        serde_json::from_slice(body).ok().or_else(|| form_document::read(answer.headers(), body))?;
    let names = document.as_object()?.keys().filter(|name| is_identifier(name));
    Some(names.take(LONGEST_LIST).cloned().collect())
}

/// The maximum number of field names in an error message.
const LONGEST_LIST: usize = 16;
/// The maximum length, in bytes, of a field name in an error message.
const LONGEST_NAME: usize = 32;

fn is_identifier(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl<T: AsTokens> AsTokens for Reply<T> {
    fn as_tokens(&self) -> Tokens {
        self.body.as_tokens()
    }
}
