//! One random run, in which calls, logins, logouts and server events start at random times within two minutes on a
//! simulated clock.

use std::panic::resume_unwind;
use std::time::Duration;

use afresh::{Error, Result, Session, Tokens};
use afresh_tests::{AuthorityConfig, World};
use fastrand::Rng;
use serde_json::{Value, to_value};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::Counts;
use super::api::{CallKind, RandomApi, RandomApiClient, Who};
use super::checks::Checks;
use super::faults::{FaultLevel, FaultyNetwork};
use super::timeline::Timeline;
use crate::api::{ORIGIN, tokens};
use crate::transports::ConnectTo;

/// The period in which new calls and events start.
const ACTIVE: Duration = Duration::from_mins(2);
/// The time after which every started call and event has completed: a response takes at most 12.5 s, and a refresh at
/// most 11 s.
const SETTLING: Duration = Duration::from_mins(2);

pub struct TestSession {
    pub number: usize,
    pub session: Session,
    pub clients: Vec<RandomApiClient>,
    pub timeline: Timeline,
}

pub struct Call {
    pub number: usize,
    pub session: usize,
    pub kind: CallKind,
    pub begun: Instant,
    pub ended: Instant,
    /// The result of the call, or `None` if the caller dropped the call.
    pub result: Option<Result<Value>>,
}

pub struct Run {
    pub world: World,
    pub level: FaultLevel,
    pub sessions: Vec<TestSession>,
    /// The number of manual refreshes so far.
    pub asked: usize,
    /// The access token lifetime that the server sends, or `None` if the server does not send a lifetime.
    pub lifetime: Option<Duration>,
    network: FaultyNetwork,
    random: Rng,
    logins: usize,
}

impl Run {
    pub fn new(seed: u64, level: FaultLevel) -> Self {
        let mut random = Rng::with_seed(seed);
        let lifetime = random.bool().then(|| Duration::from_secs(random.u64(10..90)));
        let grace = (level == FaultLevel::LostAnswers).then_some(Duration::from_mins(10));
        let world = World::with(AuthorityConfig { lifetime, grace, ..AuthorityConfig::default() });
        let network = FaultyNetwork::new(world.clone(), level, random.fork());
        let sessions = (0..random.usize(1..3)).map(|number| session(number, &network, &mut random)).collect();
        Self { world, level, sessions, asked: 0, lifetime, network, random, logins: 0 }
    }

    pub async fn run(mut self) -> Counts {
        let delivery = tokio::spawn(self.network.clone().deliver());
        let listeners: Vec<_> =
            self.sessions.iter().map(|session| session.timeline.listen(&session.session)).collect();
        for session in 0..self.sessions.len() {
            self.log_in_at(session, Duration::ZERO);
        }
        let calls = self.begin_calls();
        let others = self.begin_others();
        let mut ended = Vec::new();
        for call in calls {
            ended.push(call.await.unwrap_or_else(|error| resume_unwind(error.into_panic())));
        }
        let mut errors = Vec::new();
        for other in others.join_all().await {
            errors.extend(other.err());
        }
        // A refresh that no call waits for must also complete.
        sleep(SETTLING).await;
        for listener in listeners {
            listener.abort();
        }
        delivery.abort();
        Checks::new(&self, &ended, &errors).check()
    }

    fn moment(&mut self) -> Duration {
        Duration::from_millis(self.random.u64(..ACTIVE.as_millis() as u64))
    }

    /// Starts calls, some of them in bursts, and drops some of them early.
    fn begin_calls(&mut self) -> Vec<JoinHandle<Call>> {
        let mut calls = Vec::new();
        let bursts: Vec<_> = (0..3).map(|_| self.moment()).collect();
        for number in 0..self.random.usize(8..40) {
            let at = if self.random.bool() { bursts[self.random.usize(..3)] } else { self.moment() };
            let timeout_after =
                (self.random.u8(..8) == 0).then(|| Duration::from_millis(self.random.u64(..3000)));
            let kind = CallKind::any(&mut self.random);
            let session = &self.sessions[self.random.usize(..self.sessions.len())];
            let client = session.clients[self.random.usize(..session.clients.len())].clone();
            let session = session.number;
            calls.push(tokio::spawn(async move {
                sleep(at).await;
                let begun = Instant::now();
                let call = kind.run(&client, number);
                let result = match timeout_after {
                    Some(timeout_after) => timeout(timeout_after, call).await.ok(),
                    None => {
                        let result = timeout(SETTLING, call).await;
                        Some(result.unwrap_or_else(|_| panic!("I7: call {number}, {kind:?}, never ends")))
                    }
                };
                Call { number, session, kind, begun, ended: Instant::now(), result }
            }));
        }
        calls
    }

    fn begin_others(&mut self) -> JoinSet<Result<(), Error>> {
        let mut others = JoinSet::new();
        for _ in 0..self.random.usize(..10) {
            let (at, number) = (self.moment(), self.random.usize(..self.sessions.len()));
            let (client, session) =
                (self.sessions[number].clients[0].clone(), self.sessions[number].session.clone());
            let world = self.world.clone();
            match self.random.u8(..20) {
                0..9 => drop(others.spawn(async move {
                    sleep(at).await;
                    world.authority.expire();
                    Ok(())
                })),
                9 if self.level != FaultLevel::DelaysOnly => drop(others.spawn(async move {
                    sleep(at).await;
                    world.authority.revoke();
                    Ok(())
                })),
                10..13 => {
                    let who = self.who(number);
                    others.spawn(async move {
                        sleep(at).await;
                        client.login(&who).await.map(drop)
                    });
                }
                13 => drop(others.spawn(async move {
                    sleep(at).await;
                    client.logout().await
                })),
                14 => drop(others.spawn(async move {
                    sleep(at).await;
                    session.clear().await
                })),
                15..17 => self.log_in_at(number, at),
                _ => {
                    self.asked += 1;
                    others.spawn(async move {
                        sleep(at).await;
                        session.refresh().await.map(drop)
                    });
                }
            }
        }
        others
    }

    fn who(&mut self, session: usize) -> Who {
        self.logins += 1;
        Who { session, login: self.logins }
    }

    /// Sets new tokens in the session without sending a login request.
    fn log_in_at(&mut self, session: usize, at: Duration) {
        let (who, world) = (to_value(self.who(session)).unwrap(), self.world.clone());
        let session = self.sessions[session].session.clone();
        let set = move || {
            let issued: Tokens = tokens(&world.authority.issue_to(who));
            session.set(issued);
        };
        if at.is_zero() {
            return set();
        }
        tokio::spawn(async move {
            sleep(at).await;
            set();
        });
    }
}

fn session(number: usize, network: &FaultyNetwork, random: &mut Rng) -> TestSession {
    let session = Session::new();
    let client = || RandomApiClient::builder(ORIGIN).connect_to(network.clone()).session(session.clone());
    let clients = (0..random.usize(1..4)).map(|_| client().build().unwrap()).collect();
    TestSession { number, clients, timeline: Timeline::default(), session }
}
