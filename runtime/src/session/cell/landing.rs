//! How a flight ends in the cell, and a refresh that the user made: what is published and what is remembered.

use std::sync::Arc;

use tokio::time::Instant;

use super::Cell;
use crate::error::Stamp;
use crate::session::cookies::SetCookies;
use crate::session::credential::Credential;
use crate::session::decision::{Landed, Landing};
use crate::session::errors::no_progress;
use crate::session::snapshot::Standing;

impl<F: Clone + PartialEq> Cell<F> {
    /// The flight of `ticket` ends. Publishing, clearing the memo and clearing the slot are one step.
    /// `roll` in `0.0..1.0` is the dice.
    pub(crate) fn land(&mut self, ticket: &F, landing: Landing, now: Instant, roll: f64) -> Landed {
        let Some(slot) = self.flight.take_if(|slot| slot.ticket == *ticket) else { return Landed::Discarded };
        self.lost = matches!(landing, Landing::Rejected { lost: true });
        match landing {
            Landing::Renewed { credential, cookies } => {
                self.renew(credential, cookies.as_ref(), slot.refused, now, roll)
            }
            Landing::Failed { error, retry_after } => {
                self.memo.remember(error, retry_after, now, roll);
                self.republish();
                Landed::Failed
            }
            Landing::Aborted => {
                self.republish();
                Landed::Failed
            }
            Landing::Rejected { .. } if matches!(self.current.standing, Standing::Nobody) => {
                self.hopeless = true;
                self.republish();
                Landed::Failed
            }
            Landing::Rejected { .. } if slot.ahead && self.is_good(now) => {
                self.doomed = true;
                self.republish();
                Landed::Failed
            }
            Landing::Rejected { .. } => {
                self.expire();
                Landed::Expired
            }
        }
    }

    fn renew(
        &mut self,
        credential: Arc<Credential>,
        cookies: Option<&SetCookies>,
        refused: bool,
        now: Instant,
        roll: f64,
    ) -> Landed {
        let cookies = cookies.map(|cookies| Arc::new(cookies.after(&self.current.cookies)));
        // Without an access token, in a session of cookies, there is nothing to compare.
        let access = credential.tokens().access();
        let same =
            self.current.credential().filter(|old| access.is_some() && old.tokens().access() == access);
        if let Some(old) = same.filter(|_| refused) {
            // The rotated secret is kept all the same: the old one may be spent.
            let kept = Arc::new(old.with_refresh_of(credential.tokens()));
            self.memo.remember(no_progress(), None, now, roll);
            self.publish(|next| {
                next.standing = Standing::Live(kept);
                next.cookies = cookies.unwrap_or_else(|| next.cookies.clone());
            });
            return Landed::Failed;
        }
        self.memo.clear();
        self.doomed = false;
        self.publish(|next| {
            next.stamp.generation += 1;
            next.standing = Standing::Live(credential);
            next.cookies = cookies.unwrap_or_else(|| next.cookies.clone());
        });
        Landed::Published
    }

    fn is_good(&self, now: Instant) -> bool {
        self.current
            .credential()
            .is_some_and(|credential| credential.is_usable() && !credential.is_expired(now))
    }

    /// A refresh that the user made by hand under `begun`. It detaches a flight under way, whose secret may
    /// be spent now.
    pub(crate) fn renew_by_hand(
        &mut self,
        begun: Stamp,
        credential: Arc<Credential>,
        cookies: Option<&SetCookies>,
        now: Instant,
    ) -> (Landed, Option<F>) {
        if begun != self.current.stamp || self.current.credential().is_none() {
            return (Landed::Discarded, None);
        }
        let detached = self.flight.take().map(|slot| slot.ticket);
        (self.renew(credential, cookies, false, now, 0.0), detached)
    }
}
