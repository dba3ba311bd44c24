//! Reads the tokens from the answer to a `#[login]` or `#[refresh]` method: [`SessionOutcome`].

use crate::error::{Error, Kind};
use crate::response::answer::Answer;
use crate::response::decode::{FromError, FromResponse, Outcome};
use crate::response::reply::Reply;
use crate::session::{AsTokens, Tokens};

/// The return type of a `#[login]` or `#[refresh]` method: an [`Outcome`] whose value implements [`AsTokens`].
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
            return Err(Error::new(
                Kind::Decode,
                "the answer holds no tokens. Compare the method's return type with what the server sends",
            ));
        }
        Ok(tokens)
    }
}

impl<T: AsTokens> AsTokens for Reply<T> {
    fn as_tokens(&self) -> Tokens {
        self.body.as_tokens()
    }
}
