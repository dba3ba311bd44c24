//! Eight processes with fifty tasks each share one session on a strict server while the access token expires twenty
//! times. In random order, the test kills processes, suspends processes, and restarts Redis.
//!
//! Set `AFRESH_SEED=7` to repeat the run with seed 7.

use std::io::Write;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::task::block_in_place;
use tokio::time::sleep;

use crate::place::Place;
use crate::process::Process;
use crate::shop::{AnsweredCalls, Server, Shop};

const PROCESSES: usize = 8;
const TASKS: usize = 50;
const EXPIRIES: usize = 20;
/// The lease in Redis. The lease is longer than a refresh on a busy machine, and shorter than the time for which other
/// processes wait for the lock.
const LEASE: Duration = Duration::from_secs(4);

/// What the test does to the processes while an expired token is being refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    /// A random process is killed before the server has read the refresh request.
    KillAnyone,
    /// The process that sent the refresh request is killed before the server has read the request.
    KillBefore,
    /// The process that refreshed the session is killed once a call has used the new token.
    KillAfter,
    /// The process that is about to refresh is suspended until its lease has expired and another process has refreshed
    /// the session.
    SuspendHolder,
    /// A random process is suspended, and is resumed after the access token has expired two more times.
    SuspendAnyone,
    /// Redis is killed and restarted while the server processes the refresh.
    RestartRedis,
}

struct Fleet {
    shop: Shop,
    random: Rng,
    workers: Vec<Process>,
    /// The index of the suspended process, and the number of token expirations before its suspension.
    asleep: Option<(usize, usize)>,
    count: Count,
}

#[derive(Debug, Default)]
struct Count {
    started: usize,
    expiries: usize,
    kills: usize,
    suspended: usize,
    restarts: usize,
    /// The errors that calls returned because the session had ended.
    logged_out: Vec<String>,
    /// The errors that calls returned because of temporary failures.
    failed: Vec<String>,
}

/// R1, R3, R6, S4: if the session is stored in a file, no process loses it.
#[tokio::test(flavor = "multi_thread")]
async fn no_process_loses_its_session_in_a_file() {
    let mut fleet = Fleet::start(Place::file()).await;
    fleet.live(&[]).await;
    fleet.report();
    assert_eq!(fleet.count.failed, Vec::<String>::new());
}

/// R1, R3, R6, R10: if the session is stored in Redis, no process loses it, even if Redis itself is killed.
#[tokio::test(flavor = "multi_thread")]
async fn no_process_loses_its_session_in_redis() {
    let Some(place) = Place::redis(LEASE) else { return };
    let mut fleet = Fleet::start(place).await;
    fleet.live(&[Trouble::RestartRedis; 2]).await;
    fleet.report();
    // While Redis is down, no process can refresh, and calls fail with a store error or a busy error
    // (`is_refresh_busy`).
    let is_of_the_store = |failed: &String| failed.starts_with("store") || failed.starts_with("busy");
    assert!(fleet.count.failed.iter().all(is_of_the_store), "{:#?}", fleet.count.failed);
}

impl Fleet {
    async fn start(place: Place) -> Self {
        let seed = std::env::var("AFRESH_SEED").ok().and_then(|seed| seed.parse().ok());
        let random = Rng::with_seed(seed.unwrap_or_else(|| fastrand::u64(..)));
        let shop = Shop::open(place, Server::Strict).await;
        let mut fleet = Self { shop, random, workers: Vec::new(), asleep: None, count: Count::default() };
        fleet.say(&format!("AFRESH_SEED={}", fleet.random.get_seed()));
        for _ in 0..PROCESSES {
            let worker = fleet.newcomer();
            fleet.workers.push(worker);
        }
        fleet.settle().await;
        fleet
    }

    fn newcomer(&mut self) -> Process {
        self.count.started += 1;
        let mut worker = self.shop.process(&format!("worker-{}", self.count.started));
        worker.tell(&format!("work {TASKS}"));
        worker
    }

    async fn live(&mut self, more: &[Trouble]) {
        use Trouble::{KillAfter, KillAnyone, KillBefore, None, SuspendAnyone, SuspendHolder};
        let mut troubles = more.to_vec();
        troubles.extend([KillAnyone; 4]);
        troubles.extend([KillBefore, KillBefore, KillAfter, KillAfter, SuspendAnyone, SuspendHolder]);
        troubles.resize(EXPIRIES, None);
        self.random.shuffle(&mut troubles);
        for trouble in troubles {
            self.expire(trouble).await;
        }
        self.wake();
        self.settle().await;
    }

    /// Makes the access token expire and waits for one successful refresh.
    async fn expire(&mut self, trouble: Trouble) {
        let start = Instant::now();
        let newest = self.shop.ask(|answered_calls| answered_calls.newest);
        self.count.expiries += 1;
        if trouble == Trouble::SuspendHolder {
            self.workers.iter_mut().for_each(|worker| worker.tell("stop after intent"));
        }
        self.shop.world.authority.expire();
        let mut sleeper = None;
        if trouble == Trouble::KillAnyone {
            sleep(Duration::from_millis(self.random.u64(0..60))).await;
            let victim = self.someone_but("");
            self.kill(victim);
        } else if trouble == Trouble::SuspendHolder {
            sleeper = Some(self.suspend_holder().await);
        }
        let sender = self.pass_one_exchange(trouble).await;
        self.shop.until("a call with the new token", |answered_calls| answered_calls.newest > newest).await;
        if trouble == Trouble::KillAfter {
            self.kill(sender);
        }
        if let Some(sleeper) = sleeper {
            self.rouse(sleeper);
        }
        self.settle().await;
        if self.asleep.is_some_and(|(_, since)| self.count.expiries >= since + 2) {
            self.wake();
            self.settle().await;
        }
        let (number, spent) = (self.count.expiries, start.elapsed().as_secs_f32());
        self.say(&format!("expiry {number:2}: {spent:4.1} s, {trouble:?}"));
    }

    /// Lets the server process one refresh, and returns the process that sent the refresh request.
    async fn pass_one_exchange(&mut self, trouble: Trouble) -> usize {
        let mut kill = trouble == Trouble::KillBefore;
        loop {
            let exchange = self.shop.exchange().await;
            let name = exchange.header("x-worker").unwrap_or_default().to_owned();
            // The process that sent the refresh request has been killed.
            let Some(sender) = self.workers.iter().position(|worker| worker.name == name) else { continue };
            if std::mem::take(&mut kill) {
                self.kill(sender);
                continue;
            }
            if trouble == Trouble::SuspendAnyone {
                let sleeper = self.someone_but(&name);
                self.workers[sleeper].suspend();
                self.asleep = Some((sleeper, self.count.expiries));
                self.count.suspended += 1;
            }
            if trouble == Trouble::RestartRedis {
                self.shop.place.redis_server().kill();
            }
            exchange.release();
            if trouble == Trouble::RestartRedis {
                sleep(Duration::from_millis(self.random.u64(0..300))).await;
                block_in_place(|| self.shop.place.redis_server().restart());
                self.count.restarts += 1;
            }
            return sender;
        }
    }

    /// Suspends the process that holds the store's lock and is about to refresh. With a file store, the suspension is
    /// shorter than the time for which other processes wait for the lock, because no other process can acquire a lock
    /// that a suspended process holds. With Redis, the process stays suspended until another process has refreshed the
    /// session.
    async fn suspend_holder(&mut self) -> usize {
        let holder = loop {
            let arrived = self.hear();
            if let Some(holder) = arrived {
                break holder;
            }
            sleep(Duration::from_millis(5)).await;
        };
        self.workers[holder].suspend();
        self.count.suspended += 1;
        self.workers.iter_mut().for_each(|worker| worker.tell("stop nowhere"));
        if matches!(self.shop.place, Place::File(_)) {
            sleep(Duration::from_secs(2)).await;
            self.rouse(holder);
        }
        holder
    }

    fn rouse(&mut self, sleeper: usize) {
        self.workers[sleeper].wake();
        self.workers[sleeper].tell("go");
    }

    fn wake(&mut self) {
        if let Some((sleeper, _)) = self.asleep.take() {
            self.workers[sleeper].wake();
        }
    }

    /// Kills a process and starts another process with a new name.
    fn kill(&mut self, victim: usize) {
        self.workers[victim].kill();
        self.hear();
        self.workers[victim] = self.newcomer();
        self.count.kills += 1;
    }

    /// Returns a random process that is not suspended and whose name is not `name`.
    fn someone_but(&mut self, name: &str) -> usize {
        loop {
            let one = self.random.usize(..PROCESSES);
            if self.workers[one].name != name && self.asleep.is_none_or(|(asleep, _)| asleep != one) {
                return one;
            }
        }
    }

    /// Waits until every task of every running process has made a successful call with the newest token, so no call
    /// with an older token is in progress.
    async fn settle(&self) {
        let awake =
            self.workers.iter().enumerate().filter(|(one, _)| self.asleep.is_none_or(|(two, _)| *one != two));
        let names: Vec<_> = awake.map(|(_, worker)| worker.name.clone()).collect();
        let is_settled =
            |answered_calls: &AnsweredCalls| names.iter().all(|name| answered_calls.tasks_of(name) == TASKS);
        self.shop.until("an answer for every task", is_settled).await;
    }

    /// Reads the output of all processes, and returns the process that has stopped at its requested step.
    fn hear(&mut self) -> Option<usize> {
        let mut arrived = None;
        for (index, worker) in self.workers.iter_mut().enumerate() {
            while let Some(line) = worker.line() {
                if line.starts_with("at: ") {
                    arrived = Some(index);
                }
                let Some(failed) = line.strip_prefix("failed: ") else { continue };
                let ended = ["lost", "expired", "stranger"].iter().any(|word| failed.starts_with(word));
                let list = if ended { &mut self.count.logged_out } else { &mut self.count.failed };
                list.push(failed.to_owned());
            }
        }
        arrived
    }

    /// Prints the counts, and asserts the guarantees that hold for every kind of store.
    fn report(&mut self) {
        self.hear();
        let (authority, count) = (&self.shop.world.authority, &self.count);
        let rows = [
            ("processes, each with 50 tasks", PROCESSES),
            ("processes started", count.started),
            ("calls that got a response", self.shop.ask(|answered_calls| answered_calls.calls)),
            ("calls that failed for now", count.failed.len()),
            ("expiries", count.expiries),
            ("exchanges", authority.refreshes()),
            ("exchanges granted", authority.granted()),
            ("most concurrent token requests", authority.max_concurrent_refreshes()),
            ("kills", count.kills),
            ("suspensions", count.suspended),
            ("crashes of Redis", count.restarts),
            ("spent tokens presented", self.shop.presented_again()),
            ("calls that were logged out", count.logged_out.len()),
        ];
        rows.iter().for_each(|(what, number)| self.say(&format!("{number:6} {what}")));
        assert_eq!(count.logged_out, Vec::<String>::new());
        assert_eq!(self.shop.presented_again(), 0);
        assert_eq!(count.expiries, EXPIRIES);
        authority.assert_granted(EXPIRIES);
        assert!((EXPIRIES..=EXPIRIES + count.kills).contains(&authority.refreshes()));
    }

    /// Prints a line directly to stdout, because the test harness shows captured output only for failing tests.
    fn say(&self, line: &str) {
        let mut out = std::io::stdout();
        writeln!(out, "{}: {line}", self.shop.place.name()).unwrap();
    }
}
