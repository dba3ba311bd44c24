//! Defines [`Policy`], which decides whether a response means that the server refused the credential. Only the `auth`
//! module decides which status codes indicate a refused credential.

use http::{HeaderMap, StatusCode};

use super::challenge::{self, TokenError};
use super::rate_limit;
use super::rules::Rules;
use crate::declaration::statuses::Statuses;
use crate::error::{Classification, Reason, Rejection};
use crate::format::media_type::MediaType;

/// The status codes that indicate a refused credential by default. The API trait or the client builder can override the
/// default status codes.
pub(crate) const CREDENTIAL_REFUSED: &[StatusCode] = &[StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];

/// A [`Classification`]. If a refresh would be useless, `reason` contains the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Classified {
    pub(crate) classification: Classification,
    pub(crate) reason: Option<Reason>,
}

#[derive(Clone, Copy)]
pub(crate) struct Policy<'a> {
    /// The status codes that indicate a refused credential. A 2xx status in this list indicates a refused credential
    /// only if a rule matches the response.
    pub(crate) refresh_on: Statuses<'a>,
    pub(crate) expired_when: Rules<'a>,
    pub(crate) forbidden_when: Rules<'a>,
}

impl Policy<'_> {
    /// Whether a response with this status can mean that the server refused the credential.
    pub(crate) fn concerns(&self, status: StatusCode) -> bool {
        if status.is_success() {
            return self.lists(status) && !self.expired_when.is_empty();
        }
        self.is_refusal(status)
    }

    /// Whether this status alone means that the server refused the credential.
    pub(crate) fn is_refusal(&self, status: StatusCode) -> bool {
        !status.is_success() && (self.lists(status) || CREDENTIAL_REFUSED.contains(&status))
    }

    /// Whether the runtime must read the beginning of the body to classify the response. `streams` is true if the
    /// caller streams the body of a successful response. If `streams` is true, the body of a successful response is
    /// read for classification only if the body is JSON.
    pub(crate) fn wants_body(&self, status: StatusCode, headers: &HeaderMap, streams: bool) -> bool {
        if !self.lists(status) {
            return false;
        }
        if !self.expired_when.is_empty() || !self.forbidden_when.is_empty() {
            return !(streams && status.is_success()) || MediaType::of(headers).is_json();
        }
        // The JSON body of a 403 response without a challenge can report a rate limit. For a 401 response, the body is
        // read only if the API or the user has declared rules.
        status != StatusCode::UNAUTHORIZED
            && MediaType::of(headers).is_json()
            && challenge::read(headers).is_none()
            && !rate_limit::in_headers(headers)
    }

    /// Classifies a response to a request that carried the session's credential. `expired` is true if the local clock
    /// shows that the credential has expired.
    pub(crate) fn classify(&self, answer: &Rejection, expired: bool) -> Option<Classified> {
        let status = answer.status();
        if !self.concerns(status) {
            return None;
        }
        if !self.lists(status) {
            return Some(Classified::not_auth(Reason::StatusNotListed));
        }
        match (self.by_rules(answer), status.is_success()) {
            (Some(Classified { classification: Classification::Forbidden, .. }) | None, true) => None,
            (Some(classification), _) => Some(classification),
            (None, false) => Some(by_convention(answer, expired)),
        }
    }

    pub(crate) fn lists(&self, status: StatusCode) -> bool {
        self.refresh_on.contains(status)
    }

    /// Applies the rules that the API and the user declare. The declared rules take precedence over the status code and
    /// the challenge.
    fn by_rules(&self, answer: &Rejection) -> Option<Classified> {
        let held = self.forbidden_when.hold(answer).and_then(|forbidden| {
            let expired = !forbidden && self.expired_when.hold(answer)?;
            Ok((forbidden, expired))
        });
        match held {
            Err(_) => Some(Classified::not_auth(Reason::RuleFailed)),
            Ok((true, _)) => Some(Classified::forbidden(Reason::BodyRule)),
            Ok((false, true)) => Some(Classified::refreshable(Classification::Expired)),
            Ok((false, false)) => None,
        }
    }
}

impl Classified {
    fn refreshable(classification: Classification) -> Self {
        Self { classification, reason: None }
    }

    pub(crate) fn not_auth(reason: Reason) -> Self {
        Self { classification: Classification::NotAuth, reason: Some(reason) }
    }

    fn forbidden(reason: Reason) -> Self {
        Self { classification: Classification::Forbidden, reason: Some(reason) }
    }
}

/// Classifies a response according to the RFCs and the conventions of well-known servers. A challenge takes precedence
/// over the status code.
fn by_convention(answer: &Rejection, expired: bool) -> Classified {
    match challenge::read(answer.headers()) {
        Some(TokenError::InvalidToken) => return Classified::refreshable(Classification::Expired),
        Some(TokenError::InsufficientScope) => return Classified::forbidden(Reason::InsufficientScope),
        Some(TokenError::Challenge(challenge)) => {
            let reason = Some(Reason::Challenged(challenge));
            return Classified { classification: Classification::Challenge(challenge), reason };
        }
        None => {}
    }
    if answer.status() == StatusCode::UNAUTHORIZED || expired {
        return Classified::refreshable(Classification::Expired);
    }
    let limited = rate_limit::in_headers(answer.headers())
        || MediaType::of(answer.headers()).is_json() && rate_limit::in_body(answer.body());
    if limited {
        return Classified::not_auth(Reason::RateLimited);
    }
    Classified::refreshable(Classification::Suspect)
}

#[cfg(test)]
mod tests;
