//! The server that all processes of a test call, and the session that the processes share.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use afresh_tests::{AuthorityConfig, Listening, ParkedRequest, Role, World};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::place::Place;
use crate::process::Process;

/// A time limit that only a failing test reaches.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A server that parks every refresh until the test decides, and a store with a session of this server.
pub struct Shop {
    pub world: World,
    pub place: Place,
    answered_calls: watch::Sender<AnsweredCalls>,
    listening: Listening,
}

/// The record of all answered calls.
#[derive(Default)]
pub struct AnsweredCalls {
    /// The number of the newest access token of an answered call.
    pub newest: usize,
    /// The tasks of each process whose calls were answered with the newest token.
    pub answered: HashMap<String, HashSet<String>>,
    /// The number of calls that were answered, with any token.
    pub calls: usize,
}

/// How a server reacts to a spent refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// The server ends the session.
    Strict,
    /// The server returns the same successor again for some time, until the successor is used.
    Lenient,
}

impl Shop {
    /// Starts the server and stores a session. No process runs yet.
    pub async fn open(place: Place, server: Server) -> Self {
        let shop = Self::open_logged_out(place, server).await;
        shop.place.log_in(&shop.listening.base_url, &shop.world.authority.issue()).await;
        shop
    }

    /// Starts the server with an empty store, as before a program runs for the first time.
    pub async fn open_logged_out(place: Place, server: Server) -> Self {
        let grace = (server == Server::Lenient).then_some(Duration::from_secs(60));
        let world = World::with(AuthorityConfig { grace, ..AuthorityConfig::default() });
        let answered_calls = watch::Sender::new(AnsweredCalls::default());
        let (authority, notes) = (world.authority.clone(), answered_calls.clone());
        world.guard_with(403, move |seen| {
            let number = seen.token().and_then(|token| authority.number_of(token)).unwrap_or_default();
            let (worker, task) =
                (seen.header("x-worker").unwrap_or_default().to_owned(), seen.path().to_owned());
            notes.send_modify(|answered_calls| answered_calls.note(number, worker, task));
            (200, json!({ "id": 7 }))
        });
        let listening = world.listen().await;
        world.authority.hold(Role::Refresh);
        Self { world, place, answered_calls, listening }
    }

    /// Starts a process with this name and the session of this store.
    pub fn process(&self, name: &str) -> Process {
        Process::start(name, &self.listening.base_url, &self.place.arguments())
    }

    /// Returns the next refresh, which is parked before it is processed.
    pub async fn exchange(&self) -> ParkedRequest {
        let parked = self.world.authority.parked(Role::Refresh);
        timeout(TIME_LIMIT, parked).await.expect("a refresh arrives")
    }

    /// Returns the next login, which is parked before it is processed.
    pub async fn login(&self) -> ParkedRequest {
        let parked = self.world.authority.parked(Role::Login);
        timeout(TIME_LIMIT, parked).await.expect("a login arrives")
    }

    /// Waits until the answered calls satisfy this condition.
    pub async fn until(&self, what: &str, is_so: impl Fn(&AnsweredCalls) -> bool) {
        let mut answered_calls = self.answered_calls.subscribe();
        if timeout(TIME_LIMIT, answered_calls.wait_for(is_so)).await.is_err() {
            let answered_calls = answered_calls.borrow();
            let answered: Vec<_> =
                answered_calls.answered.iter().map(|(name, tasks)| (name, tasks.len())).collect();
            panic!("{what} does not happen; answered with {}: {answered:?}", answered_calls.newest);
        }
    }

    /// Reads the record of the answered calls.
    pub fn ask<T>(&self, question: impl FnOnce(&AnsweredCalls) -> T) -> T {
        question(&self.answered_calls.borrow())
    }

    /// Returns how often a spent refresh token was presented, whether or not the process knew that it was spent.
    pub fn presented_again(&self) -> usize {
        self.world.authority.reuses() + self.world.authority.retries_after_lost_answer()
    }
}

impl AnsweredCalls {
    fn note(&mut self, number: usize, worker: String, task: String) {
        self.calls += 1;
        if number > self.newest {
            self.newest = number;
            self.answered.clear();
        }
        if number == self.newest {
            self.answered.entry(worker).or_default().insert(task);
        }
    }

    /// Returns how many tasks of this process were answered with the newest token.
    pub fn tasks_of(&self, name: &str) -> usize {
        self.answered.get(name).map_or(0, HashSet::len)
    }
}
