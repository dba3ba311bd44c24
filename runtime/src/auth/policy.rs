//! What an answer to a call says about the credential that was sent with it: the one place that reads its
//! status.

use http::{HeaderMap, StatusCode};

use super::challenge::{self, Said};
use crate::auth::rate_limit;
use crate::auth::rules::{Refusal, Rule};
use crate::error::Reason;
use crate::error::Verdict;
use crate::format::media_type::MediaType;

/// A verdict, and why nothing is to be refreshed for if it is already clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Option<Reason>,
}

/// What answers to a method are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Law<'a> {
    /// Statuses that say that the credential is no longer good. A success does so only by a rule.
    pub(crate) refresh_on: &'a [u16],
    pub(crate) expired_when: Rule<'a>,
    pub(crate) forbidden_when: Rule<'a>,
}

impl Law<'_> {
    /// Whether an answer with this status can say anything at all.
    pub(crate) fn concerns(&self, status: StatusCode) -> bool {
        let listed = self.lists(status);
        if status.is_success() {
            return listed && !self.expired_when.is_empty();
        }
        listed || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
    }

    /// Whether the beginning of the body is needed. `live`: the caller reads the body of a success as it
    /// arrives, so nobody may wait for one that is not a document.
    pub(crate) fn wants_body(&self, status: StatusCode, headers: &HeaderMap, live: bool) -> bool {
        if !self.lists(status) {
            return false;
        }
        if !self.expired_when.is_empty() || !self.forbidden_when.is_empty() {
            return !(live && status.is_success()) || MediaType::of(headers).is_json();
        }
        // Only a 403 that says nothing else may say in its body that the rate is limited.
        status != StatusCode::UNAUTHORIZED
            && MediaType::of(headers).is_json()
            && challenge::read(headers).is_none()
            && !rate_limit::in_headers(headers)
    }

    /// Judges an answer to a call that carried this session's credential. `outlived`: by its own clock it is
    /// no longer good.
    pub(crate) fn judge(&self, refusal: &Refusal<'_>, outlived: bool) -> Option<Judgement> {
        let status = refusal.status();
        if !self.concerns(status) {
            return None;
        }
        if !self.lists(status) {
            return Some(Judgement::not_auth(Reason::StatusNotListed));
        }
        match (self.by_rule(refusal), status.is_success()) {
            (Some(Judgement { verdict: Verdict::Forbidden, .. }) | None, true) => None,
            (Some(judgement), _) => Some(judgement),
            (None, false) => Some(by_custom(refusal, outlived)),
        }
    }

    fn lists(&self, status: StatusCode) -> bool {
        self.refresh_on.contains(&status.as_u16())
    }

    /// What the API's and the user's own rules say. They know best.
    fn by_rule(&self, refusal: &Refusal<'_>) -> Option<Judgement> {
        let held = self.forbidden_when.holds(refusal).and_then(|forbidden| {
            let expired = !forbidden && self.expired_when.holds(refusal)?;
            Ok((forbidden, expired))
        });
        match held {
            Err(_) => Some(Judgement::not_auth(Reason::RuleFailed)),
            Ok((true, _)) => Some(Judgement::forbidden(Reason::BodyRule)),
            Ok((false, true)) => Some(Judgement::open(Verdict::Expired)),
            Ok((false, false)) => None,
        }
    }
}

impl Judgement {
    /// Something is to be done about it.
    fn open(verdict: Verdict) -> Self {
        Self { verdict, reason: None }
    }

    pub(crate) fn not_auth(reason: Reason) -> Self {
        Self { verdict: Verdict::NotAuth, reason: Some(reason) }
    }

    fn forbidden(reason: Reason) -> Self {
        Self { verdict: Verdict::Forbidden, reason: Some(reason) }
    }
}

/// What standards and well-known servers mean by it. The challenge's word outranks the status.
fn by_custom(refusal: &Refusal<'_>, outlived: bool) -> Judgement {
    match challenge::read(refusal.headers()) {
        Some(Said::InvalidToken) => return Judgement::open(Verdict::Expired),
        Some(Said::InsufficientScope) => return Judgement::forbidden(Reason::InsufficientScope),
        Some(Said::Asks(challenge)) => {
            let reason = Some(Reason::Challenged(challenge));
            return Judgement { verdict: Verdict::Challenge(challenge), reason };
        }
        None => {}
    }
    if refusal.status() == StatusCode::UNAUTHORIZED || outlived {
        return Judgement::open(Verdict::Expired);
    }
    let limited = rate_limit::in_headers(refusal.headers())
        || MediaType::of(refusal.headers()).is_json() && rate_limit::in_body(refusal.body());
    if limited {
        return Judgement::not_auth(Reason::RateLimited);
    }
    Judgement::open(Verdict::Suspect)
}

#[cfg(test)]
mod tests;
