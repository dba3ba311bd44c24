//! What changes a session: a login, a logout, a refresh, a flight that lands, cookies of an answer. Each is
//! one step of the cell and then, outside of its lock, the news.

use std::sync::Arc;

use http::header::SET_COOKIE;
use http::HeaderMap;
use url::Url;

use super::cell::{Landed, Landing};
use super::cookies::Cookies;
use super::credential::{Credential, Minted};
use super::crossing::now;
use super::events::SessionEvent;
use super::snapshot::{Snapshot, Stamp};
use super::tokens::Tokens;
use super::Session;
use crate::error::Error;

impl Session {
    /// The end of a flight; with it what failed calls are told from now on.
    pub(super) fn land(&self, basis: Stamp, landing: Landing) -> (Landed, Option<Error>) {
        let (now, roll) = (now(), fastrand::f64());
        self.update(|cell| (cell.land(basis, landing, now, roll), cell.failure(now)))
    }

    /// Events are told after the slot is free and the waiters are awake, so that a listener may call the
    /// client.
    pub(super) fn tell(&self, landed: Landed, outcome: Option<Error>) {
        match landed {
            Landed::Published => self.0.bell.ring(SessionEvent::Refreshed),
            Landed::Expired => self.0.bell.ring(SessionEvent::Expired),
            Landed::Failed => {
                if let Some(error) = outcome {
                    self.0.bell.ring(SessionEvent::RefreshFailed(error));
                }
            }
            Landed::Discarded => {}
        }
    }

    pub(crate) fn log_in(&self, tokens: Tokens, cookies: Option<(&HeaderMap, &Url)>) -> Result<(), Error> {
        let credential = Arc::new(Credential::new(tokens, Minted::Given, now(), fastrand::f64())?);
        self.update(|cell| {
            let kept = self.cookies_after(cell.current(), cookies);
            cell.log_in(credential, kept);
        });
        self.0.bell.ring(SessionEvent::LoggedIn);
        Ok(())
    }

    /// A `#[refresh]` method called by hand under `epoch` brought `tokens`.
    pub(crate) fn renew_by_hand(
        &self,
        epoch: u64,
        tokens: Tokens,
        cookies: Option<(&HeaderMap, &Url)>,
    ) -> Result<(), Error> {
        let tokens = match self.snapshot().credential() {
            Some(previous) => tokens.completed_by(previous.tokens()),
            None => tokens,
        };
        let credential = Arc::new(Credential::new(tokens, Minted::Refreshed, now(), fastrand::f64())?);
        let landed = self.update(|cell| {
            let kept = self.cookies_after(cell.current(), cookies);
            cell.renew_by_hand(epoch, credential, kept, now(), fastrand::f64())
        });
        self.tell(landed, None);
        Ok(())
    }

    /// Ends the session; what it was.
    pub(crate) fn log_out(&self) -> Arc<Snapshot> {
        let (before, was_live) = self.update(|cell| (cell.current().clone(), cell.log_out()));
        if was_live {
            self.0.bell.ring(SessionEvent::LoggedOut);
        }
        before
    }

    /// Cookies of an ordinary answer.
    pub(crate) fn keep_cookies(&self, stamp: Stamp, answer: &HeaderMap, url: &Url) {
        if self.keeps_cookies() && answer.contains_key(SET_COOKIE) {
            self.update(|cell| {
                if let Some(cookies) = cell.current().cookies.after(answer, url) {
                    cell.keep_cookies(stamp, cookies);
                }
            });
        }
    }

    fn cookies_after(&self, current: &Snapshot, answer: Option<(&HeaderMap, &Url)>) -> Option<Cookies> {
        let (headers, url) = answer.filter(|_| self.keeps_cookies())?;
        current.cookies.after(headers, url)
    }
}
