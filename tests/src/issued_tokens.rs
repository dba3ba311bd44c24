//! The tokens that a fake authorization server has issued, and their validity. This module does not use HTTP or read a
//! clock.

use std::hash::{BuildHasher, RandomState};

use serde_json::Value;
use tokio::time::Instant;

use crate::authority_config::AuthorityConfig;

/// All issued tokens. Each token is identified by a number, starting at 1.
#[derive(Debug)]
pub(crate) struct IssuedTokens {
    canary: String,
    sessions: Vec<Session>,
    access: Vec<Access>,
    secrets: Vec<Secret>,
    reuses: usize,
    retries_after_lost_answer: usize,
}

#[derive(Debug)]
struct Session {
    alive: bool,
    credentials: Value,
}

#[derive(Debug)]
struct Access {
    session: usize,
    good: bool,
    until: Option<Instant>,
}

#[derive(Debug)]
struct Secret {
    session: usize,
    spent: Option<Spent>,
}

#[derive(Clone, Copy, Debug)]
struct Spent {
    at: Instant,
    successor: usize,
    /// Whether the client received the response that contains the successor of this refresh token.
    reported: bool,
}

/// The numbers of the access token and the refresh token that a refresh or login issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) access: usize,
    pub(crate) secret: usize,
    /// The number of the refresh token that the exchange used up, if any.
    pub(crate) spent: Option<usize>,
}

impl IssuedTokens {
    pub(crate) fn new() -> Self {
        // Each `RandomState` has new keys, which the operating system seeds with random data.
        let canary = format!("{:016x}", RandomState::new().hash_one("canary"));
        let (sessions, access, secrets) = (Vec::new(), Vec::new(), Vec::new());
        Self { canary, sessions, access, secrets, reuses: 0, retries_after_lost_answer: 0 }
    }

    pub(crate) fn canary(&self) -> &str {
        &self.canary
    }

    pub(crate) fn reuses(&self) -> usize {
        self.reuses
    }

    pub(crate) fn retries_after_lost_answer(&self) -> usize {
        self.retries_after_lost_answer
    }

    pub(crate) fn access_text(&self, number: usize) -> String {
        format!("{}-access-{number}", self.canary)
    }

    pub(crate) fn secret_text(&self, number: usize) -> String {
        format!("{}-refresh-{number}", self.canary)
    }

    pub(crate) fn access_number(&self, token: &str) -> Option<usize> {
        self.number(token, "-access-", self.access.len())
    }

    fn number(&self, token: &str, kind: &str, issued: usize) -> Option<usize> {
        let number = token.strip_prefix(&self.canary)?.strip_prefix(kind)?.parse().ok()?;
        (1..=issued).contains(&number).then_some(number)
    }

    pub(crate) fn log_in(&mut self, credentials: Value, config: &AuthorityConfig, now: Instant) -> Grant {
        self.sessions.push(Session { alive: true, credentials });
        let session = self.sessions.len() - 1;
        Grant {
            access: self.issue_access(session, config, now),
            secret: self.issue_secret(session),
            spent: None,
        }
    }

    pub(crate) fn exchange(&mut self, token: &str, config: &AuthorityConfig, now: Instant) -> Option<Grant> {
        let number = self.number(token, "-refresh-", self.secrets.len())?;
        let Secret { session, spent } = self.secrets[number - 1];
        let Some(spent) = spent else {
            return self.sessions[session].alive.then(|| self.grant(number, session, config, now));
        };
        if spent.reported {
            self.reuses += 1;
        } else {
            self.retries_after_lost_answer += 1;
        }
        let in_grace = config.grace.is_some_and(|grace| now.duration_since(spent.at) <= grace);
        let successor_unused = self.secrets[spent.successor - 1].spent.is_none();
        if in_grace && successor_unused && self.sessions[session].alive {
            let access = self.issue_access(session, config, now);
            return Some(Grant { access, secret: spent.successor, spent: Some(number) });
        }
        self.sessions[session].alive &= !config.reuse_ends_session;
        None
    }

    fn grant(&mut self, number: usize, session: usize, config: &AuthorityConfig, now: Instant) -> Grant {
        let newest = || self.access.iter().rposition(|access| access.session == session);
        let access = match config.repeats_access.then(newest).flatten() {
            Some(index) => index + 1,
            None => self.issue_access(session, config, now),
        };
        if !config.rotates() {
            return Grant { access, secret: number, spent: None };
        }
        let successor = self.issue_secret(session);
        self.secrets[number - 1].spent = Some(Spent { at: now, successor, reported: false });
        Grant { access, secret: successor, spent: Some(number) }
    }

    /// Records that the response with the tokens in `grant` was sent. A client that receives new tokens knows that the
    /// old refresh token is used up.
    pub(crate) fn reported(&mut self, grant: Grant) {
        let secret = grant.spent.and_then(|number| self.secrets.get_mut(number - 1));
        if let Some(spent) = secret.and_then(|secret| secret.spent.as_mut()) {
            spent.reported = true;
        }
    }

    /// Ends the session of the given access token or, if that token is unknown, of the given refresh token.
    pub(crate) fn log_out(&mut self, access: Option<&str>, secret: Option<&str>) -> bool {
        let by_access =
            access.and_then(|token| self.access_number(token)).map(|n| self.access[n - 1].session);
        let by_secret = || {
            let number = self.number(secret?, "-refresh-", self.secrets.len())?;
            Some(self.secrets[number - 1].session)
        };
        let Some(session) = by_access.or_else(by_secret) else {
            return false;
        };
        std::mem::replace(&mut self.sessions[session].alive, false)
    }

    /// Ends every session.
    pub(crate) fn revoke(&mut self) {
        self.sessions.iter_mut().for_each(|session| session.alive = false);
    }

    /// Expires every access token. The sessions stay valid.
    pub(crate) fn expire(&mut self) {
        self.access.iter_mut().for_each(|access| access.good = false);
    }

    pub(crate) fn accepts(&self, token: &str, now: Instant) -> bool {
        self.access_number(token).map(|number| &self.access[number - 1]).is_some_and(|access| {
            access.good && self.sessions[access.session].alive && access.until.is_none_or(|until| now < until)
        })
    }

    pub(crate) fn credentials(&self, token: &str) -> Option<Value> {
        let session = self.access[self.access_number(token)? - 1].session;
        Some(self.sessions[session].credentials.clone())
    }

    fn issue_access(&mut self, session: usize, config: &AuthorityConfig, now: Instant) -> usize {
        if config.revokes_old_access {
            self.access
                .iter_mut()
                .filter(|access| access.session == session)
                .for_each(|access| access.good = false);
        }
        let until = config.lifetime.and_then(|lifetime| now.checked_add(lifetime));
        self.access.push(Access { session, good: true, until });
        self.access.len()
    }

    fn issue_secret(&mut self, session: usize) -> usize {
        self.secrets.push(Secret { session, spent: None });
        self.secrets.len()
    }
}
