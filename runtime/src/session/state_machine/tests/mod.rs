//! Tests state machine steps that tests of complete calls cannot reach. Start with `interleavings.rs`.

mod interleavings;
mod model;

use std::hash::{Hash, Hasher};
use std::time::Duration;

use super::*;
use crate::error::Kind;
use crate::session::credential::Credential;
use crate::session::credential::Source;
use crate::session::decisions::{Completion, RefreshResult};
use crate::session::tokens::Tokens;

const ROUTE: &str = "Shop::order";

fn credential(source: Source) -> Arc<Credential> {
    Arc::new(Credential::new(Tokens::new(fastrand::u64(..).to_string()), source, Now::read(), 0.0).unwrap())
}

fn credential_at(source: Source, now: Instant, lifetime: Duration) -> Arc<Credential> {
    let tokens = Tokens::new(fastrand::u64(..).to_string()).with_lifetime(lifetime);
    Arc::new(Credential::new(tokens, source, Now { ticks: now, ..Now::read() }, 0.0).unwrap())
}

impl StateMachine<usize> {
    /// Hashes all properties in which two state machines can differ. Only the differences between counters are hashed.
    fn hash_into(&self, to: &mut impl Hasher, begun: Instant) {
        let Snapshot { login_state, wait_for_refresh, wants_successes, stamp, .. } = &**self.current();
        let credential = match login_state {
            LoginState::LoggedOut => (0, None),
            LoginState::LoggedIn(known) => {
                (1, Some((known.received() - begun, known.source() == Source::Given)))
            }
            LoginState::Expired { .. } => (2, None),
        };
        (
            wait_for_refresh,
            wants_successes,
            credential,
            self.no_way_to_log_in,
            self.refresh_rejected,
            self.backoff.term(),
        )
            .hash(to);
        self.running
            .as_ref()
            .map(|running| (running.urgent, running.before_expiry, running.refused))
            .hash(to);
        if *wants_successes {
            (stamp.generation, &self.forbidden_routes).hash(to);
        }
    }
}

fn refreshed() -> RefreshResult {
    RefreshResult::Refreshed { credential: credential(Source::Refreshed), cookies: None }
}

fn failed() -> RefreshResult {
    RefreshResult::Failed { error: Error::new(Kind::Refresh, "on purpose"), retry_after: None }
}

fn log_in(machine: &mut StateMachine<usize>) {
    machine.log_in(None, credential(Source::Given), &[]).unwrap();
}

fn logged_in() -> StateMachine<usize> {
    let mut machine = StateMachine::new();
    log_in(&mut machine);
    machine
}

/// B5: a call that is refused while a refresh completes sees either the running refresh or the new token, but never an
/// intermediate state.
#[test]
fn publishing_the_token_and_ending_the_refresh_are_one_step() {
    let (mut machine, at) = (logged_in(), Now::read());
    let now = at.ticks;
    let stamp = machine.current().stamp;
    let settle =
        |machine: &mut StateMachine<usize>| machine.settle(stamp, RefusalKind::Expired, ROUTE, true, now);
    assert!(matches!(settle(&mut machine), Settled::Start));
    machine.start(1, Cause::Refused(RefusalKind::Expired));
    assert!(matches!(settle(&mut machine), Settled::Join(1)));
    assert!(matches!(machine.enter(true, false, at), Entry::Join(1)));

    assert_eq!(machine.complete(&1, refreshed(), now, 0.0), Completion::Published);

    assert!(machine.handle().is_none() && !machine.current().wait_for_refresh);
    let newer = Stamp { generation: stamp.generation + 1, ..stamp };
    assert!(matches!(settle(&mut machine), Settled::Replay(current) if current.stamp == newer));
    assert!(matches!(machine.enter(true, false, at), Entry::Go));
}

/// F5: when a refresh that a login has detached completes, the refresh's result is discarded, and the refresh that
/// started after the login continues.
#[test]
fn a_detached_refresh_does_not_end_the_next_one() {
    let (mut machine, now) = (logged_in(), Instant::now());
    machine.start(1, Cause::Refused(RefusalKind::Expired));
    log_in(&mut machine);
    let new = machine.current().stamp;
    machine.start(2, Cause::Refused(RefusalKind::Expired));

    assert_eq!(machine.complete(&1, refreshed(), now, 0.0), Completion::Discarded);

    assert_eq!(
        (machine.handle(), machine.current().stamp),
        (Some(2), new),
        "handle of the current refresh, and stamp of the session"
    );
    assert_eq!(machine.complete(&2, refreshed(), now, 0.0), Completion::Published);
}

/// The token is valid for 600 s, and an early refresh started after 580 s.
fn early_refresh() -> (StateMachine<usize>, impl Fn(u64) -> Now) {
    let mut machine = StateMachine::new();
    let at = Now::read();
    let tokens = Tokens::new("access").with_lifetime(Duration::from_secs(600));
    machine.log_in(None, Arc::new(Credential::new(tokens, Source::LoggedIn, at, 0.0).unwrap()), &[]).unwrap();
    let after = move |seconds| Now { ticks: at.ticks + Duration::from_secs(seconds), ..at };
    assert!(matches!(machine.enter(true, false, after(580)), Entry::GoAndRefresh));
    machine.start(1, Cause::BeforeExpiry);
    (machine, after)
}

/// D16, I12: if a refresh token is rejected before the access token expires, the access token remains valid. After the
/// refresh token has been rejected, the session expires only once, when the access token expires.
#[test]
fn a_token_rejected_before_expiry_ends_the_session_at_the_expiry() {
    let (mut machine, after) = early_refresh();
    assert_eq!(
        machine.complete(&1, RefreshResult::Rejected { rotation_lost: false }, after(581).ticks, 0.0),
        Completion::Failed
    );

    assert!(!machine.expire_if_over(after(599).ticks));
    for once in [false, true] {
        assert!(matches!(machine.enter(true, once, after(599)), Entry::Go), "no other refresh starts");
    }
    assert!(machine.ask(after(599).ticks).is_err() && machine.next_refresh().is_none());
    assert!(machine.expire_if_over(after(600).ticks) && !machine.expire_if_over(after(601).ticks));
    assert!(matches!(machine.enter(true, false, after(601)), Entry::Expired));
}

/// D16: if an early refresh is rejected after the access token has expired, the session expires immediately.
#[test]
fn a_token_rejected_after_the_expiry_ends_the_session_at_once() {
    let (mut machine, after) = early_refresh();

    let rejected = RefreshResult::Rejected { rotation_lost: false };
    assert_eq!(machine.complete(&1, rejected, after(600).ticks, 0.0), Completion::Expired);
    assert!(matches!(machine.enter(true, false, after(601)), Entry::Expired));
}

#[test]
fn a_ready_snapshot_and_the_state_machine_agree() {
    let at = Now::read();
    for lifetime in [1, 60, 600, 3600] {
        let mut machine = StateMachine::<usize>::new();
        let tokens = Tokens::new("access").with_lifetime(Duration::from_secs(lifetime));
        machine
            .log_in(None, Arc::new(Credential::new(tokens, Source::LoggedIn, at, 0.0).unwrap()), &[])
            .unwrap();
        for percent in 0..=110 {
            let now = Now { ticks: at.ticks + Duration::from_secs(lifetime) * percent / 100, ..at };
            for once in [false, true] {
                let goes = matches!(machine.enter(true, once, now), Entry::Go);
                assert_eq!(machine.current().is_ready(|| now, once), goes, "{percent} % of {lifetime} s");
            }
        }
    }
}

/// K4: a session without a login cannot expire.
#[test]
fn a_rejected_refresh_without_a_login_does_not_expire_the_session() {
    let (mut machine, at) = (StateMachine::<usize>::new(), Now::read());
    assert!(matches!(machine.enter(true, false, at), Entry::Start));
    machine.start(1, Cause::Expired);

    assert_eq!(
        machine.complete(&1, RefreshResult::Rejected { rotation_lost: false }, at.ticks, 0.0),
        Completion::Failed
    );

    assert!(matches!(machine.current().login_state, LoginState::LoggedOut));
    assert!(matches!(machine.enter(true, false, at), Entry::NoSession), "the refresh is not retried");
}

/// C13, J7: refusals of calls from an earlier login are not counted as useless refreshes in the next login.
#[test]
fn refusals_of_an_earlier_login_do_not_count_for_the_next() {
    let (mut machine, now) = (logged_in(), Instant::now());
    let former = machine.current().stamp;
    log_in(&mut machine);
    for generation in 0..10 {
        machine.replay_was_refused(Stamp { generation, ..former }, RefusalKind::Expired, ROUTE, now);
    }
    let stamp = machine.current().stamp;
    assert!(matches!(machine.settle(stamp, RefusalKind::Expired, ROUTE, true, now), Settled::Start));
}
