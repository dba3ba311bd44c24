//! The public API of errors: the methods of `Error`, and user-defined error enums.

use std::time::Duration;

use afresh::{ApiError, Error, Problem, Receipt, Rejection, Result, api};
use http::StatusCode;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Conflict {
    pub with: u64,
}

#[derive(Debug, ApiError)]
pub enum ShopError {
    #[status(404)]
    NotFound,
    #[status(409)]
    Conflict(Conflict),
    #[status(4xx)]
    Problem(Problem),
    #[other]
    Other(Error),
}

#[api]
pub trait Typed {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> std::result::Result<u64, ShopError>;
}

fn answer(status: u16, body: &'static str) -> Error {
    let answer = http::Response::builder()
        .status(status)
        .header("retry-after", "3")
        .header("content-type", "application/problem+json");
    Error::from_response(answer.body(body.into()).unwrap())
}

#[test]
fn an_error_says_what_happened() {
    let error = answer(429, r#"{"title":"slow down","status":429}"#);
    assert_eq!(error.status(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(error.headers().is_some() && error.body().is_some());
    assert!(error.json::<Problem>().is_some());
    assert_eq!(error.problem().unwrap().title.as_deref(), Some("slow down"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    for is in [
        Error::is_timeout,
        Error::is_connect,
        Error::is_decode,
        Error::is_request,
        Error::is_no_session,
        Error::is_session_expired,
        Error::is_refresh,
        Error::is_refresh_busy,
        Error::is_not_replayable,
        Error::is_no_progress,
        Error::is_body_too_large,
        Error::is_rotation_lost,
    ] {
        assert!(!is(&error));
    }
    let _: Option<&Rejection> = error.rejection();
    let _: Option<&Receipt> = error.receipt();
    let _: Option<&'static str> = error.method();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    let _: Result<()> = Err(error.clone());
}

#[test]
fn an_enum_of_the_users_takes_each_status_to_its_variant() {
    assert!(matches!(answer(404, "").into(), ShopError::NotFound));
    assert!(matches!(answer(409, r#"{"with":7}"#).into(), ShopError::Conflict(Conflict { with: 7 })));
    assert!(
        matches!(answer(422, r#"{"title":"no"}"#).into(), ShopError::Problem(problem) if problem.title.is_some())
    );
    assert!(matches!(answer(500, "").into(), ShopError::Other(error) if error.status().is_some()));
}
