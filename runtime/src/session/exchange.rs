//! The exchange: one request to the refresh endpoint, and what its answer says. It passes through no
//! session, follows no redirect and is bounded in time and size.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use reqwest::Response;
use serde::Deserialize;
use url::Url;

use super::cookies::{Cookies, SetCookies};
use super::refresher::Attempt;
use super::tokens::Tokens;
use crate::call::Exchange;
use crate::decode::Answer;
use crate::error::{Error, Kind};
use crate::media_type::MediaType;
use crate::trace::Trail;
use crate::wire::Wire;

const DEADLINE: Duration = Duration::from_secs(5);
const BODY_CAP: usize = 64 * 1024;

/// What an answer that is no success says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The secret is refused for good.
    Rejected,
    /// Not now; perhaps after what the server asked for.
    Failed(Option<Duration>),
}

pub(crate) async fn run(
    wire: &Wire,
    exchange: Exchange,
    cookies: Option<&Cookies>,
    ends_on: &[StatusCode],
) -> Attempt {
    let tokens_of = exchange.tokens_of;
    match tokio::time::timeout(DEADLINE, send(wire, exchange, cookies)).await {
        Err(_) => failed("the refresh endpoint did not answer in time"),
        Ok(Err(error)) => Attempt::Failed { error: Error::refresh(error), retry_after: None },
        Ok(Ok((status, headers, body, url))) => {
            let answer = Answer::whole(status, headers, body);
            read(&answer, tokens_of, cookies.and_then(|_| SetCookies::of(answer.headers(), &url)), ends_on)
        }
    }
}

async fn send(
    wire: &Wire,
    exchange: Exchange,
    cookies: Option<&Cookies>,
) -> Result<(StatusCode, HeaderMap, Bytes, Url), Error> {
    let trail = Trail::new(Some(exchange.call.endpoint));
    let mut prepared = exchange.call.prepare()?;
    let Some(mut request) = prepared.request()? else {
        return Err(Error::request("the body of the refresh is spent"));
    };
    if let Some(cookies) = cookies {
        cookies.apply(prepared.url(), request.headers_mut());
    }
    wire.add_defaults(&mut request);
    let mut response = trail.send(&request).of(wire.send_secret(request)).await?;
    if wire.came_from_elsewhere(&response) {
        return Err(Error::new(Kind::Refresh, "the refresh endpoint sent the request to another origin"));
    }
    let body = capped(&mut response).await?;
    let headers = std::mem::take(response.headers_mut());
    Ok((response.status(), headers, body, prepared.url().clone()))
}

async fn capped(response: &mut Response) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Error::transport(error.into()))? {
        if body.len() + chunk.len() > BODY_CAP {
            return Err(Error::new(Kind::Refresh, "the answer of the refresh endpoint is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn read(
    answer: &Answer,
    tokens_of: fn(&Answer) -> Result<Tokens, Error>,
    cookies: Option<SetCookies>,
    ends_on: &[StatusCode],
) -> Attempt {
    let (status, body) = (answer.status(), answer.body());
    // Some servers say in a 200 that they refuse.
    if status.is_success() && error_code(body).is_none() {
        return match tokens_of(answer) {
            Ok(tokens) if tokens.access().is_some_and(|access| !access.secret().is_empty()) => {
                Attempt::Renewed { tokens, cookies }
            }
            Ok(_) => failed("the answer of the refresh endpoint holds no access token"),
            Err(error) => Attempt::Failed { error: Error::refresh(error), retry_after: None },
        };
    }
    match classify(status, answer.headers(), body, ends_on) {
        Ending::Rejected => Attempt::Rejected(refused(status, body)),
        Ending::Failed(retry_after) => Attempt::Failed { error: refused(status, body), retry_after },
    }
}

/// Only what definitely refuses the secret ends a session: an error code that says so, or a status that the
/// user said does.
pub(crate) fn classify(
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
    ends_on: &[StatusCode],
) -> Ending {
    const DEFINITE: [&str; 4] = ["invalid_grant", "invalid_token", "token_expired", "token_not_valid"];
    let spoken =
        status.is_success() || status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429);
    if spoken && error_code(body).is_some_and(|code| DEFINITE.contains(&code.as_str())) {
        return Ending::Rejected;
    }
    // A page is a proxy's or firewall's; the endpoint itself has not spoken.
    if ends_on.contains(&status) && !MediaType::of(headers).is_html() {
        return Ending::Rejected;
    }
    Ending::Failed(retry_after(headers))
}

/// Code and status say enough; the body may hold secrets.
fn refused(status: StatusCode, body: &Bytes) -> Error {
    let known = error_code(body)
        .filter(|code| code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    let text = match known {
        Some(code) => format!("the refresh endpoint answered {status}: {code}"),
        None => format!("the refresh endpoint answered {status}"),
    };
    Error::new(Kind::Refresh, text)
}

/// The `error` of RFC 6749 §5.2; Django's simplejwt calls it `code`.
fn error_code(body: &Bytes) -> Option<String> {
    #[derive(Deserialize)]
    struct ErrorBody {
        #[serde(default)]
        error: Option<serde_json::Value>,
        #[serde(default)]
        code: Option<serde_json::Value>,
    }
    let body: ErrorBody = serde_json::from_slice(body).ok()?;
    let text =
        |value: Option<serde_json::Value>| value?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    text(body.error).or_else(|| text(body.code).filter(|code| code == "token_not_valid"))
}

/// Seconds or a date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

fn failed(text: &'static str) -> Attempt {
    Attempt::Failed { error: Error::new(Kind::Refresh, text), retry_after: None }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;

    fn ending(status: u16, body: &'static str, html: bool, ends_on: &[StatusCode]) -> Ending {
        let mut headers = HeaderMap::new();
        let kind = if html { "Text/HTML; charset=utf-8" } else { "application/json" };
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        classify(
            StatusCode::from_u16(status).unwrap(),
            &headers,
            &Bytes::from_static(body.as_bytes()),
            ends_on,
        )
    }

    /// D3, D4: only a definite refusal ends the session.
    #[test]
    fn an_oauth_code_ends_the_session_and_a_page_never_does() {
        let both = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
        let grant = r#"{"error":"invalid_grant"}"#;
        let plain = r#"{"status":{"text":"jwt expired"}}"#;
        for status in [400, 401, 403] {
            assert_eq!(ending(status, grant, false, &[]), Ending::Rejected);
        }
        assert_eq!(ending(403, plain, false, &[]), Ending::Failed(None));
        assert_eq!(ending(403, plain, false, &both), Ending::Rejected);
        assert_eq!(ending(401, "", false, &both), Ending::Rejected);
        assert_eq!(ending(403, "<html>", true, &both), Ending::Failed(None));
        assert_eq!(ending(400, r#"{"error":"invalid_request"}"#, false, &both), Ending::Failed(None));
        for status in [404, 408, 429, 500, 502, 503] {
            let definite = ending(status, grant, false, &both) == Ending::Rejected;
            assert_eq!(definite, status == 404, "{status}");
            assert_eq!(ending(status, plain, false, &both), Ending::Failed(None));
        }
    }
}
