//! The [`Session`] methods that a call uses before it is sent and after the server refuses it. The state machine makes
//! each decision while it is locked. Effects of a decision, such as spawning a task, happen after the state machine is
//! unlocked. No lock is held across an `.await` or while user code runs.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::call_types::{Demand, Entered, Next, Wait, Waited};
use super::credential::Source;
use super::decisions::{Cause, Entry, RefusalKind, Settled};
use super::errors::{self, no_session};
use super::events::SessionEvent;
use super::refresh_handle::RefreshHandle;
use super::refresh_task::{self, PreparedRefresh};
use super::session::Session;
use super::snapshot::{LoginState, Snapshot};
use crate::error::{Error, Reason, Stamp};
use crate::platform::clock::Now;
use crate::platform::time::Instant;

impl Session {
    /// Decides, without taking a lock, whether a call is sent with the credential of the snapshot `seen`. Returns
    /// `Pending` if the caller must use [`enter`](Self::enter) instead.
    pub(crate) fn enter_at_once(&self, seen: &Snapshot, demand: Demand, once: bool) -> Poll<bool> {
        if seen.is_ready(Now::read, once) {
            self.ensure_writer();
            return Poll::Ready(true);
        }
        let logged_out = matches!(seen.login_state, LoginState::LoggedOut);
        let for_good = self.provider().is_none() && self.store_sync().is_none();
        if logged_out && for_good && demand == Demand::Optional { Poll::Ready(false) } else { Poll::Pending }
    }

    /// Returns the session snapshot that has the given `stamp`. If the session has changed since `stamp` was taken, the
    /// returned snapshot has this stamp but no credential.
    pub(crate) fn snapshot_at(&self, stamp: Stamp) -> Arc<Snapshot> {
        let current = self.snapshot();
        if current.stamp == stamp { current } else { Arc::new(Snapshot { stamp, ..Snapshot::empty() }) }
    }

    /// Prepares a call before it is sent. Returns the snapshot whose credential the call must carry, or `None` if the
    /// call must be sent without a session. `once` is true if the request body can be sent only once.
    ///
    /// This function is cancel safe: dropping the future does not cancel a refresh that the call is waiting for.
    pub(crate) async fn enter(&self, demand: Demand, once: bool) -> Result<Option<Entered>, Error> {
        let at_once = |snapshot| Ok(Some(Entered { snapshot, waited: None }));
        self.check_store().await?;
        let (entry, seen, started) = self.decide(once);
        let (handle, fallback) = match entry {
            Entry::Go | Entry::GoAndRefresh => return at_once(seen),
            Entry::NoSession | Entry::Expired if demand == Demand::Optional => return Ok(None),
            Entry::NoSession | Entry::Start | Entry::TryStart => return Err(no_session()),
            Entry::Expired => {
                self.end_is_saved().await;
                return Err(errors::expired(seen.lost_rotation()));
            }
            Entry::Fail(error) => return Err(error),
            Entry::Join(handle) => (handle, false),
            Entry::TryJoin(_) if refresh_task::is_refresh_task_of(self) => return at_once(seen),
            Entry::TryJoin(handle) => (handle, true),
        };
        self.refuse_reentry()?;
        let wait = Wait { handle, stamp: seen.stamp, started, refused: false };
        let (by, begun) = (wait.by(), Instant::now());
        match self.wait(wait).await {
            Ok(snapshot) => {
                Ok(Some(Entered { snapshot, waited: Some(Waited { by, time: begun.elapsed() }) }))
            }
            Err(error) => {
                let fallback = Some(self.snapshot()).filter(|now| fallback && now.is_as_usable_as(&seen));
                fallback.map_or(Err(error), at_once)
            }
        }
    }

    /// Starts a refresh if one is due, without waiting for the result. Returns the time at which the caller must check
    /// again whether a refresh is due, or `None` if no refresh will become due. A credential from a refresh is not
    /// refreshed again until its age reaches `min_age`, even if the credential expires earlier.
    pub(super) fn refresh_if_due(&self, min_age: Duration) -> Option<Instant> {
        let seen = self.snapshot();
        let refreshed = seen.credential().filter(|known| known.source() == Source::Refreshed);
        let old_enough = refreshed.and_then(|known| known.received().checked_add(min_age));
        if old_enough.is_none_or(|old_enough| old_enough <= Instant::now())
            && !seen.is_ready(Now::read, false)
        {
            self.decide(false);
        }
        let machine = self.lock();
        machine.next_refresh().max(old_enough.filter(|_| machine.next_refresh().is_some()))
    }

    /// Decides what a call does, and starts a refresh if the call needs one. The state machine registers the refresh in
    /// the same step as the decision, so no other call starts a second refresh. `can_refresh` can run user code, so it
    /// is called while the state machine is unlocked. If the session changes while `can_refresh` runs, the decision
    /// starts over. The third element of the returned tuple is true if this call started a refresh.
    fn decide(&self, once: bool) -> (Entry<RefreshHandle>, Arc<Snapshot>, bool) {
        loop {
            let seen = self.snapshot();
            let (can_refresh, ran_out) = (self.can_refresh(&seen), self.has_run_out(&seen));
            let decided = self.update(|machine| {
                if machine.current().stamp != seen.stamp {
                    return None;
                }
                let now = Now::read();
                machine.set_ran_out(ran_out);
                let expired_now = machine.expire_if_over(now.ticks);
                let entry = machine.enter(can_refresh, once, now);
                let current = machine.current().clone();
                let (entry, prepared) = match entry {
                    Entry::Start => {
                        let (handle, prepared) = PreparedRefresh::start(self, machine, Cause::Expired);
                        (Entry::Join(handle), prepared)
                    }
                    Entry::TryStart => {
                        let (handle, prepared) = PreparedRefresh::start(self, machine, Cause::BeforeExpiry);
                        (Entry::TryJoin(handle), prepared)
                    }
                    Entry::GoAndRefresh => {
                        (Entry::Go, PreparedRefresh::start(self, machine, Cause::BeforeExpiry).1)
                    }
                    other => (other, None),
                };
                Some((entry, current, prepared, expired_now))
            });
            let Some((entry, seen, prepared, expired_now)) = decided else { continue };
            if expired_now {
                self.save();
                self.0.events.emit(SessionEvent::Expired);
            }
            let started = prepared.is_some();
            if let Some(prepared) = prepared {
                prepared.spawn(self.clone());
            }
            return (entry, seen, started);
        }
    }

    /// Decides what a call does after the server refuses it.
    pub(crate) fn settle(&self, sent_with: &Arc<Snapshot>, refusal: RefusalKind, route: &str) -> Next {
        let (can_refresh, ran_out) = (self.can_refresh(sent_with), self.has_run_out(sent_with));
        let (settled, prepared) = self.update(|machine| {
            machine.set_ran_out(ran_out);
            match machine.settle(sent_with.stamp, refusal, route, can_refresh, Instant::now()) {
                Settled::Start => {
                    let (handle, prepared) = PreparedRefresh::start(self, machine, Cause::Refused(refusal));
                    (Settled::Join(handle), prepared)
                }
                other => (other, None),
            }
        });
        let started = prepared.is_some();
        if let Some(prepared) = prepared {
            prepared.spawn(self.clone());
        }
        match settled {
            Settled::Return(reason) => Next::Return(reason),
            // This branch is unreachable, because the closure above replaces each `Start` with a `Join`.
            Settled::Start => Next::Return(Reason::NothingToRefreshWith),
            Settled::Ended(error) | Settled::Fail(error) => Next::Fail(error),
            Settled::Expired(error) => {
                self.save();
                self.0.events.emit(SessionEvent::Expired);
                Next::Fail(error)
            }
            Settled::Replay(current) => Next::Replay(current),
            Settled::Join(handle) => match self.refuse_reentry() {
                Ok(()) => Next::Wait(Wait { handle, stamp: sent_with.stamp, started, refused: true }),
                Err(error) => Next::Fail(error),
            },
        }
    }

    /// Returns the session's current snapshot if the call that was prepared with `sent_with` can still be sent. Returns
    /// an error if the session now belongs to another login.
    pub(crate) fn revalidate(&self, sent_with: &Arc<Snapshot>) -> Result<Arc<Snapshot>, Error> {
        let (ended, current) =
            self.update(|machine| (machine.ended(sent_with.stamp), machine.current().clone()));
        match ended {
            Some(error) => Err(error),
            None if current.stamp.epoch == sent_with.stamp.epoch => Ok(current),
            None => Err(no_session()),
        }
    }

    pub(crate) fn replay_was_refused(&self, stamp: Stamp, refusal: RefusalKind, route: &str) {
        self.update(|machine| machine.replay_was_refused(stamp, refusal, route, Instant::now()));
    }

    pub(crate) fn refresh_returned_same_token(&self, stamp: Stamp, route: &str) {
        self.update(|machine| machine.refresh_returned_same_token(stamp, route, Instant::now()));
    }

    pub(crate) fn refreshed_without_replay(&self, stamp: Stamp, route: &str) {
        self.update(|machine| machine.refreshed_without_replay(stamp, route));
    }

    pub(crate) fn was_accepted(&self, stamp: Stamp, route: &str) {
        self.update(|machine| machine.was_accepted(stamp, route, Instant::now()));
    }
}
