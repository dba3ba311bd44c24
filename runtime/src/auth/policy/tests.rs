//! Tests how responses are classified.

use crate::error::Challenge;
use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::declaration::condition::Condition;

const DEFAULT: Policy<'static> = policy(&[401, 403], &[], &[]);

const fn policy(
    refresh_on: &'static [u16],
    expired: &'static [Condition],
    forbidden: &'static [Condition],
) -> Policy<'static> {
    Policy {
        refresh_on: Statuses::Declared(refresh_on),
        expired_when: Rules { declared: expired, functions: &[] },
        forbidden_when: Rules { declared: forbidden, functions: &[] },
    }
}

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
        .collect()
}

fn classified(
    policy: Policy<'_>,
    status: u16,
    lines: &[(&'static str, &'static str)],
    body: &[u8],
) -> Option<Classified> {
    let headers = headers(lines);
    policy.classify(
        &Rejection::new(StatusCode::from_u16(status).unwrap(), headers, body.to_vec().into()),
        false,
    )
}

fn classification(status: u16, lines: &[(&'static str, &'static str)]) -> Option<Classification> {
    classified(DEFAULT, status, lines, b"").map(|classification| classification.classification)
}

fn classification_of_json(policy: Policy<'_>, status: u16, body: &Value) -> Option<Classification> {
    let body = body.to_string();
    classified(policy, status, &[("content-type", "application/json")], body.as_bytes())
        .map(|classification| classification.classification)
}

/// A3: only the configured status codes can mean that the server refused the credential.
#[test]
fn no_other_status_speaks_of_the_credential() {
    for status in 100..600 {
        let expected = match status {
            401 => Some(Classification::Expired),
            403 => Some(Classification::Suspect),
            _ => None,
        };
        assert_eq!(classification(status, &[]), expected, "{status}");
    }
    let odd = classified(policy(&[419], &[], &[]), 403, &[], b"").unwrap();
    assert_eq!(odd, Classified::not_auth(Reason::StatusNotListed));
}

/// C3, C4, C5, C16: the error code in a challenge takes precedence over the status code.
#[test]
fn the_challenge_outranks_the_status() {
    for status in [401, 403] {
        let said = |line| classification(status, &[("www-authenticate", line)]);
        assert_eq!(said(r#"Bearer realm="x", error="invalid_token""#), Some(Classification::Expired));
        assert_eq!(said(r#"bearer ERROR=insufficient_scope, scope="a b""#), Some(Classification::Forbidden));
        assert_eq!(said(r#"Basic realm="x", Bearer error="invalid_token""#), Some(Classification::Expired));
        let asks = |challenge| Some(Classification::Challenge(challenge));
        assert_eq!(said(r#"DPoP error="use_dpop_nonce""#), asks(Challenge::DpopNonce));
        assert_eq!(
            said(r#"Bearer error="insufficient_user_authentication", acr_values="myACR", max_age=5"#),
            asks(Challenge::StepUp)
        );
        assert_eq!(
            said(r#"Bearer realm="", error="insufficient_claims", claims="eyJ9""#),
            asks(Challenge::Claims)
        );
        assert_eq!(said(r#"Bearer error="invalid_token", claims="eyJ9""#), asks(Challenge::Claims));
    }
    assert_eq!(classification(403, &[("www-authenticate", "Bearer")]), Some(Classification::Suspect));
    assert_eq!(classification(403, &[("www-authenticate", "\"garbage,,=")]), Some(Classification::Suspect));
}

/// C7: a 403 response with a rate-limit header does not mean that the server refused the credential.
#[test]
fn a_rate_limit_is_no_matter_of_the_credential() {
    assert_eq!(classification(403, &[("retry-after", "30")]), Some(Classification::NotAuth));
    assert_eq!(classification(403, &[("x-ratelimit-remaining", "0")]), Some(Classification::NotAuth));
    assert_eq!(classification(403, &[("x-ratelimit-remaining", "17")]), Some(Classification::Suspect));
    assert_eq!(classification(401, &[("retry-after", "30")]), Some(Classification::Expired));
}

/// C7: a 403 response with a rate-limit body from Google or GitHub does not mean that the server refused the
/// credential.
#[test]
fn a_body_can_say_that_the_rate_is_limited() {
    let limits = [
        json!({ "error": { "errors": [{ "domain": "usageLimits", "reason": "rateLimitExceeded" }], "code": 403 } }),
        json!({ "error": { "errors": [{ "reason": "other" }, { "reason": "userRateLimitExceeded" }] } }),
        json!({ "error": { "errors": [{ "reason": "dailyLimitExceeded" }] } }),
        json!({ "error": { "errors": [{ "reason": "quotaExceeded" }] } }),
        json!({ "error": { "code": 403, "status": "RESOURCE_EXHAUSTED" } }),
        json!({ "error": { "status": "PERMISSION_DENIED", "details": [{ "reason": "RATE_LIMIT_EXCEEDED" }] } }),
        json!({ "message": "You have exceeded a secondary rate limit. Please wait." }),
    ];
    for body in limits {
        assert_eq!(classification_of_json(DEFAULT, 403, &body), Some(Classification::NotAuth), "{body}");
        assert_eq!(classification_of_json(DEFAULT, 401, &body), Some(Classification::Expired), "{body}");
    }
    let others = [
        json!({ "error": { "errors": [{ "reason": "insufficientPermissions" }], "status": "PERMISSION_DENIED" } }),
        json!({ "message": "Resource not accessible by integration" }),
        json!("rateLimitExceeded"),
        json!(null),
    ];
    for body in others {
        assert_eq!(classification_of_json(DEFAULT, 403, &body), Some(Classification::Suspect), "{body}");
    }
}

#[test]
fn an_outlived_credential_makes_a_bare_403_certain() {
    let none = HeaderMap::new();
    let classify = |status| DEFAULT.classify(&Rejection::new(status, none.clone(), Bytes::new()), true);
    assert_eq!(classify(StatusCode::FORBIDDEN), Some(Classified::refreshable(Classification::Expired)));
    assert_eq!(classify(StatusCode::NOT_FOUND), None);
}

/// C9: the API's rules take precedence over the default rules. A rule for "forbidden" takes precedence over a rule for
/// "expired".
#[test]
fn a_rule_knows_best() {
    const EXPIRED: &[Condition] = &[
        Condition::Text("/error", "token_expired"),
        Condition::Integer("/code", 17),
        Condition::Boolean("/ok", false),
    ];
    const FORBIDDEN: &[Condition] = &[Condition::Text("/detail", "CSRF token missing")];
    let policy = policy(&[401, 403], EXPIRED, FORBIDDEN);
    for body in [json!({ "error": "token_expired" }), json!({ "code": 17 }), json!({ "ok": false })] {
        assert_eq!(classification_of_json(policy, 403, &body), Some(Classification::Expired), "{body}");
    }
    for body in
        [json!({ "error": "other" }), json!({ "code": "17" }), json!({ "code": 17.5 }), json!({ "ok": null })]
    {
        assert_eq!(classification_of_json(policy, 403, &body), Some(Classification::Suspect), "{body}");
    }
    for status in [401, 403] {
        let both = json!({ "detail": "CSRF token missing", "code": 17 });
        assert_eq!(classification_of_json(policy, status, &both), Some(Classification::Forbidden));
    }
}

/// A5: a 2xx response indicates a refused credential only if a rule matches.
#[test]
fn a_success_counts_only_by_a_rule() {
    const EXPIRED: &[Condition] = &[Condition::Text("/code", "TOKEN_EXPIRED")];
    let expired = json!({ "code": "TOKEN_EXPIRED" });
    assert_eq!(classification_of_json(policy(&[200, 403], &[], &[]), 200, &expired), None);
    assert_eq!(classification_of_json(policy(&[403], EXPIRED, &[]), 200, &expired), None);
    assert_eq!(
        classification_of_json(policy(&[200, 403], EXPIRED, &[]), 200, &json!({ "code": "OK" })),
        None
    );
    assert_eq!(
        classification_of_json(policy(&[200, 403], EXPIRED, &[]), 200, &expired),
        Some(Classification::Expired)
    );
    assert_eq!(classification_of_json(policy(&[200, 403], EXPIRED, EXPIRED), 200, &expired), None);
}

/// A4, A5: the runtime reads the body only if the body can change the classification. If the caller streams the body of
/// a successful response, the runtime reads the body for classification only if the body is JSON.
#[test]
fn a_body_is_looked_at_only_if_it_can_matter() {
    const RULE: &[Condition] = &[Condition::Boolean("/ok", false)];
    let json = headers(&[("content-type", "application/problem+json; charset=utf-8")]);
    let bytes = headers(&[("content-type", "application/octet-stream")]);
    let wants = |policy: Policy<'_>, status: u16, headers, live| {
        policy.wants_body(StatusCode::from_u16(status).unwrap(), headers, live)
    };
    assert!(wants(DEFAULT, 403, &json, false) && wants(DEFAULT, 403, &json, true));
    assert!(!wants(DEFAULT, 403, &bytes, false) && !wants(DEFAULT, 401, &json, false));
    assert!(!wants(DEFAULT, 404, &json, false) && !wants(DEFAULT, 200, &json, false));
    let ruled = policy(&[200, 401, 403], RULE, &[]);
    assert!(wants(ruled, 401, &bytes, true) && wants(ruled, 403, &json, false));
    assert!(wants(ruled, 200, &bytes, false) && wants(ruled, 200, &json, true));
    assert!(!wants(ruled, 200, &bytes, true) && !wants(ruled, 201, &json, false));
}
