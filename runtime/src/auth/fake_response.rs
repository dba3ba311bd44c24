//! Creates the error that a fake implementation of an API trait returns for a response.

use std::sync::Arc;

use bytes::Bytes;

use super::policy::CREDENTIAL_REFUSED;
use crate::error::error::Error;
use crate::error::receipt::Receipt;
use crate::error::rejection::Rejection;

impl Error {
    /// Creates the error that a call returns when the server responds with `response`. Use this error in a fake
    /// implementation of an API trait.
    ///
    /// Use [`status`](Self::status), [`headers`](Self::headers), [`body`](Self::body), [`json`](Self::json) and
    /// [`problem`](Self::problem) to read the response. If the status is 401 or 403, [`rejection`](Self::rejection)
    /// also returns the response.
    ///
    /// ```
    /// use afresh::Error;
    ///
    /// let response = http::Response::builder().status(404).body(r#"{"code":"no_such_order"}"#.into()).unwrap();
    /// let error = Error::from_response(response);
    /// assert!(error.is_status());
    /// assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    /// ```
    #[must_use]
    pub fn from_response(response: http::Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        let refused = CREDENTIAL_REFUSED.contains(&head.status);
        let answer = Arc::new(Rejection::new(head.status, head.headers, body));
        let rejection = refused.then(|| answer.clone());
        Self::status_of(answer, Receipt::default()).with_rejection_if(rejection)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_error_made_of_a_response_is_read_like_one_from_a_server() {
        let response = http::Response::builder()
            .status(429)
            .header("content-type", "application/problem+json")
            .header("retry-after", "7")
            .body(Bytes::from_static(br#"{"title":"Slow down"}"#))
            .unwrap();
        let error = Error::from_response(response);
        assert_eq!(error.to_string(), "the server answered 429 Too Many Requests");
        assert_eq!(error.problem().and_then(|problem| problem.title), Some("Slow down".into()));
        assert_eq!(error.json::<serde_json::Value>().unwrap()["title"], "Slow down");
        assert_eq!(error.headers().unwrap()["retry-after"], "7");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert!(error.rejection().is_none());
        assert_eq!(Error::timeout().retry_after(), None);
    }

    #[test]
    fn a_refusal_made_by_hand_is_a_rejection_too() {
        for status in [401, 403] {
            let response = http::Response::builder().status(status).body(Bytes::new()).unwrap();
            let error = Error::from_response(response);
            assert_eq!(error.rejection().map(|rejection| rejection.status().as_u16()), Some(status));
        }
    }
}
