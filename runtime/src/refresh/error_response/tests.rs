//! Tests which error responses end a session.

use http::header::CONTENT_TYPE;

use super::*;
use crate::declaration::condition::Condition;

fn ending(status: u16, body: &'static str, html: bool, ends_on: &[StatusCode]) -> SessionEffect {
    let mut headers = HeaderMap::new();
    let kind = if html { "Text/HTML; charset=utf-8" } else { "application/json" };
    headers.insert(CONTENT_TYPE, kind.parse().unwrap());
    let usual = SessionEnds { usual: ends_on.to_vec(), ..SessionEnds::default() };
    ending_with(status, &headers, body, &usual)
}

/// Classifies a response, and treats an unclear response as a failed refresh.
fn ending_with(status: u16, headers: &HeaderMap, body: &str, session_ends: &SessionEnds) -> SessionEffect {
    let body = Bytes::copy_from_slice(body.as_bytes());
    match classify(StatusCode::from_u16(status).unwrap(), headers, &body, session_ends) {
        SessionEffect::Unclear(wait) => SessionEffect::Failed(wait),
        clear => clear,
    }
}

/// D3, D4: the session ends only if the response definitely rejects the refresh token.
#[test]
fn an_oauth_code_ends_the_session_and_an_html_page_does_not() {
    let both = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    let grant = r#"{"error":"invalid_grant"}"#;
    let plain = r#"{"status":{"text":"jwt expired"}}"#;
    for status in [400, 401, 403] {
        assert_eq!(ending(status, grant, false, &[]), SessionEffect::Rejected);
    }
    assert_eq!(ending(403, plain, false, &[]), SessionEffect::Failed(None));
    assert_eq!(ending(403, plain, false, &both), SessionEffect::Rejected);
    assert_eq!(ending(401, "", false, &both), SessionEffect::Rejected);
    assert_eq!(ending(403, "<html>", true, &both), SessionEffect::Failed(None));
    assert_eq!(ending(403, "\n<!DOCTYPE html>", false, &both), SessionEffect::Failed(None));
    assert_eq!(ending(401, r#"{"error":"invalid_client"}"#, false, &both), SessionEffect::Failed(None));
    assert_eq!(ending(401, r#"{"error":"Unauthorized"}"#, false, &both), SessionEffect::Rejected);
    assert_eq!(ending(400, r#"{"error":"invalid_request"}"#, false, &both), SessionEffect::Failed(None));
    // Before version 9, League's `oauth2-server`, which Laravel Passport uses, rejects a refresh token with
    // `invalid_request` and status 401.
    assert_eq!(ending(401, r#"{"error":"invalid_request"}"#, false, &both), SessionEffect::Rejected);
    assert_eq!(ending(401, r#"{"error":"invalid_request"}"#, false, &[]), SessionEffect::Failed(None));
    for status in [404, 408, 429, 500, 502, 503] {
        let definite = ending(status, grant, false, &both) == SessionEffect::Rejected;
        assert_eq!(definite, status == 404, "{status}");
        assert_eq!(ending(status, plain, false, &both), SessionEffect::Failed(None));
    }
}

/// D4: some servers send known error codes in fields that OAuth does not define. Unknown error codes in non-OAuth
/// fields do not indicate a rejected refresh token.
#[test]
fn codes_in_other_fields_end_the_session() {
    let simplejwt = r#"{"detail":"Token is blacklisted","code":"token_not_valid"}"#;
    let gotrue = r#"{"code":400,"error_code":"refresh_token_not_found","msg":"Invalid Refresh Token"}"#;
    let newer_gotrue = r#"{"code":"refresh_token_already_used","message":"Invalid Refresh Token"}"#;
    for (status, body) in [(401, simplejwt), (400, gotrue), (400, newer_gotrue)] {
        assert_eq!(ending(status, body, false, &[]), SessionEffect::Rejected, "{body}");
    }
    let unknown = r#"{"code":"over_request_rate_limit","error_code":"conflict"}"#;
    assert_eq!(ending(400, unknown, false, &[]), SessionEffect::Failed(None));
    let granted = Bytes::from_static(br#"{"access_token":"a","code":"ok"}"#);
    assert!(!is_error(&HeaderMap::new(), &granted));
}

/// W5: the user's declaration takes precedence over all known error codes. A response that is a web page does not end
/// the session, because the page probably comes from a gateway rather than from the refresh endpoint.
#[test]
fn a_declared_status_outranks_every_code() {
    let declared = SessionEnds { declared: Some(vec![StatusCode::BAD_REQUEST]), ..SessionEnds::default() };
    for code in ["invalid_request", "invalid_client", "server_error", "slow_down", "anything"] {
        let body = format!("{{\"error\":\"{code}\"}}");
        assert_eq!(ending_with(400, &HeaderMap::new(), &body, &declared), SessionEffect::Rejected, "{code}");
        assert_eq!(
            ending_with(403, &HeaderMap::new(), &body, &declared),
            SessionEffect::Failed(None),
            "{code}"
        );
    }
    assert_eq!(ending_with(400, &HeaderMap::new(), "<html>", &declared), SessionEffect::Failed(None));
    for status in [429, 500, 503] {
        let status = StatusCode::from_u16(status).unwrap();
        let declared = SessionEnds { declared: Some(vec![status]), ..SessionEnds::default() };
        assert_eq!(
            ending_with(status.as_u16(), &HeaderMap::new(), "", &declared),
            SessionEffect::Rejected,
            "{status}"
        );
    }
    let none = SessionEnds {
        declared: Some(Vec::new()),
        usual: vec![StatusCode::UNAUTHORIZED],
        ..SessionEnds::default()
    };
    assert_eq!(
        ending_with(401, &HeaderMap::new(), "{}", &none),
        SessionEffect::Failed(None),
        "an empty list is a choice"
    );
}

/// W4: a condition declared in the trait ends the session regardless of the status.
#[test]
fn a_declared_condition_ends_the_session() {
    const CODE: &[Condition] = &[Condition::Text("/error/code", "DEAD"), Condition::Boolean("/ok", false)];
    let ends = SessionEnds { conditions: CODE, ..SessionEnds::default() };
    for status in [200, 400, 401, 404, 429, 500] {
        for body in ["{\"error\":{\"code\":\"DEAD\"}}", "\u{feff}{\"ok\":false}"] {
            assert_eq!(
                ending_with(status, &HeaderMap::new(), body, &ends),
                SessionEffect::Rejected,
                "{status} {body}"
            );
        }
        let other = "{\"error\":{\"code\":\"BUSY\"}}";
        assert_eq!(
            ending_with(status, &HeaderMap::new(), other, &ends),
            SessionEffect::Failed(None),
            "{status}"
        );
    }
}

/// W6: known error codes indicate a rejected refresh token, in upper or lower case, and in all known fields. Known
/// error codes also indicate a rejected refresh token if the body is urlencoded or the status is 200.
#[test]
fn codes_outside_of_oauth_are_definite() {
    for code in
        ["bad_refresh_token", "invalid_refresh_token", "token_revoked", "token_expired", "TOKEN_EXPIRED"]
    {
        let bodies = [
            format!("{{\"error\":\"{code}\"}}"),
            format!("\u{feff}{{\"error\":\"{code}\"}}"),
            format!("{{\"ok\":false,\"code\":\"{code}\"}}"),
            format!("{{\"errcode\":\"{code}\"}}"),
            format!("{{\"error\":{{\"code\":\"{code}\"}}}}"),
            format!("{{\"error\":{{\"code\":400,\"message\":\"{code}\"}}}}"),
            format!("{{\"errors\":[{{\"extensions\":{{\"code\":\"{code}\"}}}}]}}"),
            format!("error={code}&error_description=The+refresh+token+is+incorrect"),
        ];
        for body in bodies {
            for status in [200, 400, 401, 403] {
                let ending = ending_with(status, &HeaderMap::new(), &body, &SessionEnds::default());
                assert_eq!(ending, SessionEffect::Rejected, "{status} {body}");
            }
            assert_eq!(
                ending_with(503, &HeaderMap::new(), &body, &SessionEnds::default()),
                SessionEffect::Failed(None)
            );
        }
    }
}

/// W4: if no declaration matches, the error message contains the server's error code and the declaration that would
/// make the response end the session.
#[test]
fn the_error_of_an_unclear_response_names_the_code_and_the_declaration() {
    let text = |status, body: &'static str| {
        let (status, body) = (StatusCode::from_u16(status).unwrap(), Bytes::from_static(body.as_bytes()));
        assert_eq!(
            classify(status, &HeaderMap::new(), &body, &SessionEnds::default()),
            SessionEffect::Unclear(None)
        );
        ErrorResponse::of(status, &HeaderMap::new(), &body).into_unclear_error().to_string()
    };
    assert_eq!(
        text(401, r#"{"errors":[{"extensions":{"code":"INVALID_CREDENTIALS"}}]}"#),
        "the refresh endpoint answered 401 Unauthorized: INVALID_CREDENTIALS. If this response means that the server \
         rejected the refresh token, declare `session_ends_when(json(\"/errors/0/extensions/code\") == \"INVALID_CREDENTIALS\")` or \
         `session_ends_on(401)`"
    );
    assert!(text(403, r#"{"errcode":"M_FORBIDDEN"}"#).contains("json(\"/errcode\") == \"M_FORBIDDEN\""));
    assert!(text(401, r#"{"data":null,"error":{"status":401}}"#).ends_with("declare `session_ends_on(401)`"));
    let secret = r#"{"error":"8xLOxBtZp8","code":"s3cr3t with spaces"}"#;
    assert!(!text(400, secret).contains("8xLO") && !text(400, secret).contains("s3cr3t"));
}
