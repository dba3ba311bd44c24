//! The server that all processes of a test call, and the session that these processes share.

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

/// A server that holds every refresh request until the test releases it, and a store that contains a session for this
/// server.
pub struct Shop {
    pub world: World,
    pub place: Place,
    answered_calls: watch::Sender<AnsweredCalls>,
    listening: Listening,
}

/// A record of all successful calls.
#[derive(Default)]
pub struct AnsweredCalls {
    /// The number of the newest access token with which a call succeeded.
    pub newest: usize,
    /// For each process, the tasks whose calls succeeded with the newest token.
    pub answered: HashMap<String, HashSet<String>>,
    /// The number of successful calls, with any token.
    pub calls: usize,
}

/// How the server responds to a refresh token that was already used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// The server ends the session.
    Strict,
    /// During a grace period, the server returns the new tokens again, unless they have already been used.
    Lenient,
}

impl Shop {
    /// Starts the server and stores a session for it. No process runs yet.
    pub async fn open(place: Place, server: Server) -> Self {
        let shop = Self::open_logged_out(place, server).await;
        shop.place.log_in(&shop.listening.base_url, &shop.world.authority.issue()).await;
        shop
    }

    /// Starts the server with an empty store, as before the first run of a program.
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

    /// Starts a process that has the given name and uses this shop's session.
    pub fn process(&self, name: &str) -> Process {
        Process::start(name, &self.listening.base_url, &self.place.arguments())
    }

    /// Waits for the next refresh request, which the server holds before processing it.
    pub async fn exchange(&self) -> ParkedRequest {
        let parked = self.world.authority.parked(Role::Refresh);
        timeout(TIME_LIMIT, parked).await.expect("a refresh arrives")
    }

    /// Waits for the next login request, which the server holds before processing it.
    pub async fn login(&self) -> ParkedRequest {
        let parked = self.world.authority.parked(Role::Login);
        timeout(TIME_LIMIT, parked).await.expect("a login arrives")
    }

    pub async fn until(&self, what: &str, is_so: impl Fn(&AnsweredCalls) -> bool) {
        let mut answered_calls = self.answered_calls.subscribe();
        if timeout(TIME_LIMIT, answered_calls.wait_for(is_so)).await.is_err() {
            let answered_calls = answered_calls.borrow();
            let answered: Vec<_> =
                answered_calls.answered.iter().map(|(name, tasks)| (name, tasks.len())).collect();
            panic!("{what} does not happen; answered with {}: {answered:?}", answered_calls.newest);
        }
    }

    pub fn ask<T>(&self, question: impl FnOnce(&AnsweredCalls) -> T) -> T {
        question(&self.answered_calls.borrow())
    }

    /// Returns how many times a used refresh token was sent again, whether or not the process knew that the token was
    /// used.
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

    /// Returns how many tasks of the given process have made a successful call with the newest token.
    pub fn tasks_of(&self, name: &str) -> usize {
        self.answered.get(name).map_or(0, HashSet::len)
    }
}
