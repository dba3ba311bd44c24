//! One day of chaos: two minutes of a virtual clock in which everybody does at random moments what they do.

use std::panic::resume_unwind;
use std::time::Duration;

use afresh::{Error, Result, Session, Tokens};
use afresh_tests::{AuthorityConfig, World};
use fastrand::Rng;
use serde_json::{Value, to_value};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::Tally;
use super::judgement::Judge;
use super::timeline::Timeline;
use super::town::{Errand, Town, TownClient, Who};
use super::weather::{Climate, Weather};
use crate::api::{ORIGIN, tokens};
use crate::lane::Reaching;

/// In which everything begins.
const DAY: Duration = Duration::from_mins(2);
/// In which everything that began must end: no answer takes longer than 12.5 s, and no refresh than 11 s.
const EVENING: Duration = Duration::from_mins(2);

/// One session, and the clients that share it.
pub struct Lane {
    pub number: usize,
    pub session: Session,
    pub clients: Vec<TownClient>,
    pub timeline: Timeline,
}

/// A call, from its begin to its end.
pub struct Call {
    pub number: usize,
    pub lane: usize,
    pub errand: Errand,
    pub begun: Instant,
    pub ended: Instant,
    /// `None`: its caller went away.
    pub result: Option<Result<Value>>,
}

pub struct Day {
    pub world: World,
    pub climate: Climate,
    pub lanes: Vec<Lane>,
    /// How often somebody asked for a refresh by hand.
    pub asked: usize,
    /// Of access tokens, if the server says one.
    pub lifetime: Option<Duration>,
    weather: Weather,
    dice: Rng,
    logins: usize,
}

impl Day {
    pub fn new(seed: u64, climate: Climate) -> Self {
        let mut dice = Rng::with_seed(seed);
        let lifetime = dice.bool().then(|| Duration::from_secs(dice.u64(10..90)));
        let grace = (climate == Climate::Lossy).then_some(Duration::from_mins(10));
        let world = World::with(AuthorityConfig { lifetime, grace, ..AuthorityConfig::default() });
        let weather = Weather::new(world.clone(), climate, dice.fork());
        let lanes = (0..dice.usize(1..3)).map(|number| lane(number, &weather, &mut dice)).collect();
        Self { world, climate, lanes, asked: 0, lifetime, weather, dice, logins: 0 }
    }

    /// Lives it, and judges it.
    pub async fn live(mut self) -> Tally {
        let post = tokio::spawn(self.weather.clone().deliver());
        let listeners: Vec<_> = self.lanes.iter().map(|lane| lane.timeline.listen(&lane.session)).collect();
        for lane in 0..self.lanes.len() {
            self.log_in_at(lane, Duration::ZERO);
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
        // Flights that nobody waits for land too.
        sleep(EVENING).await;
        for listener in listeners {
            listener.abort();
        }
        post.abort();
        Judge::new(&self, &ended, &errors).judge()
    }

    fn moment(&mut self) -> Duration {
        Duration::from_millis(self.dice.u64(..DAY.as_millis() as u64))
    }

    /// Calls in bursts and by themselves; some of their callers go away.
    fn begin_calls(&mut self) -> Vec<JoinHandle<Call>> {
        let mut calls = Vec::new();
        let bursts: Vec<_> = (0..3).map(|_| self.moment()).collect();
        for number in 0..self.dice.usize(8..40) {
            let at = if self.dice.bool() { bursts[self.dice.usize(..3)] } else { self.moment() };
            let patience = (self.dice.u8(..8) == 0).then(|| Duration::from_millis(self.dice.u64(..3000)));
            let errand = Errand::any(&mut self.dice);
            let lane = &self.lanes[self.dice.usize(..self.lanes.len())];
            let town = lane.clients[self.dice.usize(..lane.clients.len())].clone();
            let lane = lane.number;
            calls.push(tokio::spawn(async move {
                sleep(at).await;
                let begun = Instant::now();
                let call = errand.run(&town, number);
                let result = match patience {
                    Some(patience) => timeout(patience, call).await.ok(),
                    None => {
                        let result = timeout(EVENING, call).await;
                        Some(result.unwrap_or_else(|_| panic!("I7: call {number}, {errand:?}, never ends")))
                    }
                };
                Call { number, lane, errand, begun, ended: Instant::now(), result }
            }));
        }
        calls
    }

    /// Logins, logouts, refreshes by hand, and what the server does by itself.
    fn begin_others(&mut self) -> JoinSet<Result<(), Error>> {
        let mut others = JoinSet::new();
        for _ in 0..self.dice.usize(..10) {
            let (at, lane) = (self.moment(), self.dice.usize(..self.lanes.len()));
            let (town, session) = (self.lanes[lane].clients[0].clone(), self.lanes[lane].session.clone());
            let world = self.world.clone();
            match self.dice.u8(..20) {
                0..9 => drop(others.spawn(async move {
                    sleep(at).await;
                    world.authority.expire();
                    Ok(())
                })),
                9 if self.climate != Climate::Fair => drop(others.spawn(async move {
                    sleep(at).await;
                    world.authority.revoke();
                    Ok(())
                })),
                10..13 => {
                    let who = self.who(lane);
                    others.spawn(async move {
                        sleep(at).await;
                        town.login(&who).await.map(drop)
                    });
                }
                13 => drop(others.spawn(async move {
                    sleep(at).await;
                    town.logout().await
                })),
                14 => drop(others.spawn(async move {
                    sleep(at).await;
                    session.clear().await
                })),
                15..17 => self.log_in_at(lane, at),
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

    fn who(&mut self, lane: usize) -> Who {
        self.logins += 1;
        Who { lane, login: self.logins }
    }

    /// Tokens from elsewhere are set by hand.
    fn log_in_at(&mut self, lane: usize, at: Duration) {
        let (who, world) = (to_value(self.who(lane)).unwrap(), self.world.clone());
        let session = self.lanes[lane].session.clone();
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

fn lane(number: usize, weather: &Weather, dice: &mut Rng) -> Lane {
    let session = Session::new();
    let client = || TownClient::builder(ORIGIN).reaching(weather.clone()).session(session.clone());
    let clients = (0..dice.usize(1..4)).map(|_| client().build().unwrap()).collect();
    Lane { number, clients, timeline: Timeline::default(), session }
}
