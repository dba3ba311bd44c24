//! Creates the error for a successful response whose content type does not match the method's return type.

use std::sync::Arc;

use bytes::Bytes;

use super::answer::{Answer, Content};
use super::decode_error::DecodeError;
use super::reading::Reading;
use crate::error::{Error, Kind, Rejection};
use crate::format::charset;
use crate::format::media_type::MediaType;

impl Answer {
    /// Returns this response if it is successful and either has an empty body or has a content type that `reading`
    /// accepts. If the content type does not match, returns an error that contains the beginning of the body.
    /// `expected` is the name of the accepted content type.
    pub(crate) fn fitting(self, reading: Reading, expected: &str) -> Result<Self, Error> {
        let answer = self.success()?;
        let is_empty = matches!(&answer.content, Content::Whole(body) if body.is_empty());
        if is_empty || reading.fits(answer.headers()) {
            return Ok(answer);
        }
        let kind = MediaType::of(answer.headers());
        let text = format!(
            "the response has the content type `{}`, not {expected}. Check the URL, and whether a proxy sent the response",
            shortened(kind.essence().unwrap_or_default())
        );
        let body = answer.body().clone();
        let headers = answer.headers().clone();
        let error = Error::new(Kind::Decode, text).with_receipt(answer.receipt);
        let error = error.with_rejection_if(answer.rejection);
        Err(error.with_answer(Arc::new(Rejection::new(answer.status, headers, body))))
    }

    pub(super) fn into_decode_error(
        mut self,
        body: Bytes,
        error: &DecodeError,
        error_of: fn(&Self, Bytes) -> Option<DecodeError>,
    ) -> Error {
        self.content = Content::Whole(body);
        if matches!(error, DecodeError::NotAnOption) {
            return self.into_status_error();
        }
        let kind = MediaType::of(&self.headers);
        let body = charset::without_bom(self.body());
        let place = if self.secret {
            error.position()
        } else {
            error.explanation(body, &|changed| error_of(&self, changed))
        };
        let text = match kind.essence().filter(|_| error.is_syntax() && !kind.is_json()) {
            Some(other) => format!(
                "the response has the content type `{}`, not JSON ({place}). Check the URL, and whether a proxy sent the response",
                shortened(other)
            ),
            None => format!(
                "the response does not match the declared type ({place}). Compare the method's return type with the server's response"
            ),
        };
        let error = Error::new(Kind::Decode, text).with_receipt(self.receipt);
        let error = error.with_rejection_if(self.rejection.clone());
        if self.secret {
            return error;
        }
        let body = self.body().clone();
        error.with_answer(Arc::new(Rejection::new(self.status, self.headers, body)))
    }
}

/// Truncates a long media type for an error message, because a server can send a media type of any length.
fn shortened(essence: &str) -> String {
    essence.chars().take(60).collect()
}
