//! Defines the paths of the token endpoints, and functions that send refresh requests to the fake authorization server.

use afresh_tests::{Authority, BoxError};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{json, post};

pub(super) const LOGIN: &str = "/api/user/login";
pub(super) const REFRESH: &str = "/api/user/refresh_token";

/// Sends a refresh request with the refresh token that has the given number.
pub(super) async fn exchange(authority: &Authority, number: usize) -> Result<(u16, Value), BoxError> {
    let body = json!({ "refresh_token": authority.refresh(number) });
    let response = authority.service().oneshot(post(REFRESH, body)).await?;
    Ok((response.status().as_u16(), json(response).await))
}

pub(super) async fn status_of_exchange(authority: &Authority, number: usize) -> u16 {
    exchange(authority, number).await.unwrap().0
}
