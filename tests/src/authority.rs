//! The endpoints of login, refresh and logout, as a test sees them: what it can turn and what it can ask.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::time::Instant;

use crate::counter::Parked;
use crate::double::doors;
use crate::gate::Gate;
use crate::journal::{Journal, Moment};
use crate::knobs::{Conduct, Knobs, Role};
use crate::ledger::Ledger;
use crate::seen::Seen;

/// A token endpoint that keeps books. Clones are the same authority.
///
/// Its tokens are `…-access-1`, `…-access-2` and `…-refresh-1`, `…-refresh-2`, where `…` is the [`canary`](Self::canary): text
/// that appears nowhere by chance, so that a search for it finds every leak.
#[derive(Clone)]
pub struct Authority(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) journal: Journal,
    pub(crate) gates: [Gate<Conduct>; 3],
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) knobs: Knobs,
    pub(crate) ledger: Ledger,
    pub(crate) desks: [Desk; 3],
    pub(crate) exchanging: usize,
    pub(crate) most_at_once: usize,
    pub(crate) granted: usize,
}

/// Where requests of one role are taken.
pub(crate) struct Desk {
    pub(crate) seen: Vec<Seen>,
    pub(crate) hold: Option<Hold>,
    /// What to do with the next requests, before the standing conduct holds again.
    pub(crate) next: VecDeque<Conduct>,
    pub(crate) always: Conduct,
}

/// When a request is held.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    Unprocessed,
    Processed,
}

/// Tokens that were issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

doors!(Authority);

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Authority {
    /// An honest authority, see [`Knobs::default`].
    #[must_use]
    pub fn new() -> Self {
        Self::with(Knobs::default())
    }

    /// An authority with these knobs.
    #[must_use]
    pub fn with(knobs: Knobs) -> Self {
        Self::with_journal(knobs, Journal::default())
    }

    pub(crate) fn with_journal(knobs: Knobs, journal: Journal) -> Self {
        let desks = [(); 3].map(|()| Desk {
            seen: Vec::new(),
            hold: None,
            next: VecDeque::new(),
            always: Conduct::Honest,
        });
        let ledger = Ledger::new();
        let state = State { knobs, ledger, desks, exchanging: 0, most_at_once: 0, granted: 0 };
        Self(Arc::new(Inner { journal, gates: Default::default(), state: Mutex::new(state) }))
    }

    // ---- What it does ----

    /// Turns knobs, now or in the middle of a test: `authority.turn(|knobs| knobs.rotate = false)`.
    pub fn turn<T>(&self, turn: impl FnOnce(&mut Knobs) -> T) {
        turn(&mut self.state().knobs);
    }

    /// Decides about the next request of this role; called again, about the one after it.
    pub fn next(&self, role: Role, conduct: Conduct) {
        self.state().desk(role).next.push_back(conduct);
    }

    /// Decides about every request of this role, until told otherwise.
    pub fn always(&self, role: Role, conduct: Conduct) {
        self.state().desk(role).always = conduct;
    }

    /// From now on requests of this role park before they are processed; see [`parked`](Self::parked).
    pub fn hold(&self, role: Role) {
        self.state().desk(role).hold = Some(Hold::Unprocessed);
    }

    /// From now on requests of this role are processed and park before they are answered.
    pub fn hold_processed(&self, role: Role) {
        self.state().desk(role).hold = Some(Hold::Processed);
    }

    /// From now on requests of this role pass, and those that are parked and not taken yet go on.
    pub fn open(&self, role: Role) {
        self.state().desk(role).hold = None;
        while let Some(waiting) = self.gate(role).try_next() {
            waiting.decide(Conduct::Honest);
        }
    }

    /// Waits for the next request of this role that is held.
    ///
    /// # Panics
    ///
    /// With the clock paused, if none can come any more.
    pub async fn parked(&self, role: Role) -> Parked {
        Parked(self.gate(role).next("request at the authority", || self.log()).await)
    }

    /// How many requests of this role are held that the test has not taken yet.
    #[must_use]
    pub fn waiting(&self, role: Role) -> usize {
        self.gate(role).waiting()
    }

    /// Starts a session without a request, for a client that starts logged in.
    #[must_use]
    pub fn issue(&self) -> Issued {
        self.issue_to(Value::Null)
    }

    /// The same for somebody whom [`credentials`](Self::credentials) names.
    #[must_use]
    pub fn issue_to(&self, credentials: Value) -> Issued {
        let State { ledger, knobs, .. } = &mut *self.state();
        let grant = ledger.log_in(credentials, knobs, Instant::now());
        Issued { access: ledger.access_text(grant.access), refresh: ledger.secret_text(grant.secret) }
    }

    /// Ends every access token, and no session.
    pub fn expire(&self) {
        self.state().ledger.expire();
    }

    /// Ends every session: no token of now is good any more.
    pub fn revoke(&self) {
        self.state().ledger.revoke();
    }

    // ---- What it knows ----

    /// Whether an access token is good now.
    #[must_use]
    pub fn accepts(&self, token: &str) -> bool {
        self.state().ledger.accepts(token, Instant::now())
    }

    /// Text that is part of every token of this authority and of nothing else.
    #[must_use]
    pub fn canary(&self) -> String {
        self.state().ledger.canary().to_owned()
    }

    /// The access token of this number, from 1, whether it was issued or not.
    #[must_use]
    pub fn access(&self, number: usize) -> String {
        self.state().ledger.access_text(number)
    }

    /// The refresh token of this number, from 1, whether it was issued or not.
    #[must_use]
    pub fn refresh(&self, number: usize) -> String {
        self.state().ledger.secret_text(number)
    }

    /// The number of an access token that this authority issued.
    #[must_use]
    pub fn number_of(&self, access: &str) -> Option<usize> {
        self.state().ledger.access_number(access)
    }

    /// What the session of an access token was logged in with, as JSON.
    #[must_use]
    pub fn credentials(&self, access: &str) -> Option<Value> {
        self.state().ledger.credentials(access)
    }

    /// How many exchanges arrived, whatever became of them.
    #[must_use]
    pub fn posts(&self) -> usize {
        self.requests(Role::Refresh).len()
    }

    /// How many exchanges issued tokens.
    #[must_use]
    pub fn granted(&self) -> usize {
        self.state().granted
    }

    /// How many logins arrived.
    #[must_use]
    pub fn logins(&self) -> usize {
        self.requests(Role::Login).len()
    }

    /// How many logouts arrived.
    #[must_use]
    pub fn logouts(&self) -> usize {
        self.requests(Role::Logout).len()
    }

    /// How often a refresh token was presented that its holder had been told is spent.
    #[must_use]
    pub fn spent_twice(&self) -> usize {
        self.state().ledger.spent_twice()
    }

    /// How often a spent refresh token was presented by somebody who never got the answer to its first use.
    #[must_use]
    pub fn asked_again(&self) -> usize {
        self.state().ledger.asked_again()
    }

    /// How many exchanges were under way at the same time, at most.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.state().most_at_once
    }

    /// Every request of a role so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self, role: Role) -> Vec<Seen> {
        self.state().desk(role).seen.clone()
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn log(&self) -> Vec<Seen> {
        let mut all: Vec<_> = self.state().desks.iter().flat_map(|desk| desk.seen.clone()).collect();
        all.sort_by_key(Seen::number);
        all
    }

    /// Everything that happened, in order; in a [`World`](crate::World) also what happened at its stage.
    #[must_use]
    pub fn journal(&self) -> Vec<Moment> {
        self.0.journal.moments()
    }

    /// Fails the test if a refresh token was presented that its holder knew to be spent.
    ///
    /// # Panics
    ///
    /// If so.
    #[track_caller]
    pub fn assert_nothing_spent_twice(&self) {
        let exchanges = self.requests(Role::Refresh);
        assert_eq!(self.spent_twice(), 0, "a spent refresh token was presented again: {exchanges:#?}");
    }
}

impl Authority {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn gate(&self, role: Role) -> &Gate<Conduct> {
        &self.0.gates[role as usize]
    }

    pub(crate) fn journal_of_all(&self) -> &Journal {
        &self.0.journal
    }
}

impl State {
    pub(crate) fn desk(&mut self, role: Role) -> &mut Desk {
        &mut self.desks[role as usize]
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authority").field(&self.log()).finish()
    }
}
