//! What changes a session: a login, a logout, a refresh, a flight that lands, cookies of an answer. Each is
//! one step of the cell and then, outside of its lock, the news.

use std::sync::Arc;

use tokio::time::Instant;

use super::cookies::SetCookies;
use super::credential::{Credential, Minted};
use super::decision::{Landed, Landing};
use super::events::SessionEvent;
use super::session::Session;
use super::snapshot::Snapshot;
use super::store_sync::after_commit::Aftermath;
use super::ticket::{Ticket, release};
use super::tokens::Tokens;
use crate::error::{Error, Stamp};
use crate::platform::clock::Now;

impl Session {
    /// The end of a flight; with it what failed calls are told from now on.
    pub(super) fn land(
        &self,
        ticket: &Ticket,
        landing: Landing,
        aftermath: &Aftermath<'_>,
    ) -> (Landed, Option<Error>) {
        let (now, roll) = (Instant::now(), fastrand::f64());
        self.update(|cell| {
            let landed = cell.land(ticket, landing, now, roll);
            if let Some(archive) = self.archive().filter(|_| landed != Landed::Discarded) {
                aftermath.note(archive, cell.current());
            }
            (landed, cell.failure(now))
        })
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

    /// A rule of the user's panicked on an answer to `method`.
    pub(crate) fn tell_rule_failed(&self, method: Option<&'static str>) {
        self.0.bell.ring(SessionEvent::RuleFailed(method));
    }

    /// A login that began under `begun`, or tokens given by the user.
    pub(crate) fn log_in(
        &self,
        begun: Option<Stamp>,
        tokens: Tokens,
        cookies: &[SetCookies],
    ) -> Result<(), Error> {
        let minted = if begun.is_some() { Minted::LoggedIn } else { Minted::Given };
        let keeps_cookies = self.keeps_cookies() || tokens.by_cookie;
        let credential = Arc::new(Credential::new(tokens, minted, Now::read(), fastrand::f64())?);
        let cookies = if keeps_cookies { cookies } else { &[] };
        let logged_in = self.update(|cell| cell.log_in(begun, credential.clone(), cookies));
        if let (Err(_), Some(begun)) = (&logged_in, begun) {
            self.revoke_discarded(begun, credential.tokens().clone());
        }
        release(logged_in?);
        self.keep();
        self.0.bell.ring(SessionEvent::LoggedIn);
        Ok(())
    }

    /// A `#[refresh]` method called by hand under `begun` brought `tokens`.
    pub(crate) fn renew_by_hand(
        &self,
        begun: &Snapshot,
        tokens: Tokens,
        cookies: &[SetCookies],
    ) -> Result<(), Error> {
        let Some(previous) = begun.credential() else {
            // There was no session that this could have renewed: it starts one.
            return self.log_in(Some(begun.stamp), tokens, cookies);
        };
        let credential = Credential::renewed(tokens, Some(previous.tokens()), Now::read(), fastrand::f64())?;
        let cookies = cookies.last().filter(|_| self.keeps_cookies());
        let (landed, detached) = self.update(|cell| {
            let renewed = cell.renew_by_hand(begun.stamp, Arc::new(credential), cookies, Instant::now());
            if let Some(archive) = self.archive().filter(|_| renewed.0 != Landed::Discarded) {
                archive.known().has_rotated(cell.current());
            }
            renewed
        });
        release(detached);
        if landed != Landed::Discarded {
            self.keep();
        }
        self.tell(landed, None);
        Ok(())
    }

    pub(super) fn ring(&self, event: SessionEvent) {
        self.0.bell.ring(event);
    }

    /// Ends the session; what it was.
    pub(crate) fn log_out(&self) -> Arc<Snapshot> {
        let (before, (was_live, detached)) = self.update(|cell| (cell.current().clone(), cell.log_out()));
        release(detached);
        self.keep();
        if was_live {
            self.0.bell.ring(SessionEvent::LoggedOut);
        }
        before
    }

    /// Cookies of an ordinary answer to a call sent under `stamp`.
    pub(crate) fn keep_cookies(&self, stamp: Stamp, cookies: &SetCookies) {
        if self.keeps_cookies() {
            let (before, after) = self.update(|cell| {
                let before = cell.current().cookies.clone();
                cell.keep_cookies(stamp, cookies);
                (before, cell.current().cookies.clone())
            });
            if self.archive().is_some() && *before != *after {
                self.keep();
            }
        }
    }
}
