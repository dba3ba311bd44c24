//! Tests several processes that share a store and perform random actions. A sequence of random actions is called a
//! schedule. The store delays its responses, loses them, or fails. Calls, logins, logouts and refreshes start at random
//! times on a simulated clock. The test fails if a process sends a used refresh token or loses its session.
//!
//! A schedule depends only on its random seed. If a schedule fails, the test prints its seed; `AFRESH_SCHEDULE=7 cargo
//! test -p afresh-tests --test behaviour store_schedules` repeats the schedule with seed 7.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use afresh::error::BoxError;
use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
use afresh::{MemoryStore, SessionState};
use afresh_tests::{AuthorityConfig, World};
use fastrand::Rng;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::api::{Shop, ShopClient, builder, order, tokens};

const SCHEDULES: u64 = 20_000;
/// The period in which new calls and events start, in milliseconds.
const ACTIVE: u64 = 60_000;
/// The maximum time that started calls and events need to complete, including the pauses after failed writes.
const SETTLING: Duration = Duration::from_mins(4);

/// An in-memory store that delays its responses, loses them, or fails, until the test makes it reliable.
#[derive(Clone)]
struct UnreliableStore {
    memory: MemoryStore,
    random: Arc<Mutex<Rng>>,
    healthy: Arc<AtomicBool>,
}

impl UnreliableStore {
    fn new(random: Rng) -> Self {
        Self { memory: MemoryStore::new(), random: Arc::new(Mutex::new(random)), healthy: Arc::default() }
    }

    /// Waits for a random time before or after an operation, and sometimes fails or never returns.
    async fn wait(&self) -> Result<(), BoxError> {
        if self.healthy.load(Ordering::SeqCst) {
            return Ok(());
        }
        let (fate, millis) = {
            let mut random = self.random.lock().unwrap();
            (random.u8(..40), random.u64(1..2000))
        };
        match fate {
            0 => std::future::pending().await,
            1 => return Err("on purpose".into()),
            2..6 => sleep(Duration::from_millis(millis)).await,
            _ => {}
        }
        Ok(())
    }
}

impl SessionStore for UnreliableStore {
    async fn load(&self) -> Result<Stored, BoxError> {
        self.wait().await?;
        let stored = self.memory.load().await?;
        self.wait().await?;
        Ok(stored)
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        self.wait().await?;
        let revision = self.memory.swap(swap).await?;
        self.wait().await?;
        Ok(revision)
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        self.wait().await?;
        let lock = self.memory.lock().await?;
        self.wait().await?;
        Ok(lock)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    logins: usize,
    logouts: usize,
    refreshes: usize,
    lasting: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.logins += other.logins;
        self.logouts += other.logouts;
        self.refreshes += other.refreshes;
        self.lasting += other.lasting;
    }
}

async fn schedule(seed: u64) -> Counts {
    let mut random = Rng::with_seed(seed);
    let delay = random.bool().then(|| Duration::from_millis(random.u64(1..3000)));
    let world = World::with(AuthorityConfig { delay, ..AuthorityConfig::default() });
    world.guard_with(if random.bool() { 401 } else { 403 }, |_| order(7));
    let store = UnreliableStore::new(random.fork());
    let process = || builder(&world).store(store.clone()).build().unwrap();
    let processes: Vec<_> = (0..random.usize(2..4)).map(|_| process()).collect();
    let mut counts = Counts { logins: 1, ..Counts::default() };
    let _ = processes[0].session().set(tokens(&world.authority.issue())).await;

    let mut acts = JoinSet::new();
    for _ in 0..random.usize(4..14) {
        let at = Duration::from_millis(random.u64(..ACTIVE));
        let (shop, kind, world) =
            (random.choice(&processes).unwrap().clone(), random.u8(..16), world.clone());
        counts.logins += usize::from(kind == 0);
        counts.logouts += usize::from(kind == 1);
        acts.spawn(async move {
            sleep(at).await;
            act(kind, &shop, &world).await;
        });
    }
    acts.join_all().await;
    store.healthy.store(true, Ordering::SeqCst);
    sleep(SETTLING).await;

    counts.refreshes = world.authority.refreshes();
    assert_eq!(world.authority.granted(), counts.refreshes, "a spent refresh token was presented");
    let next = process();
    if next.session().load().await.unwrap() == SessionState::LoggedIn {
        world.authority.expire();
        next.order(7).await.expect("the stored session is lost");
        counts.lasting = 1;
    }
    for shop in processes.iter().filter(|shop| shop.session().state() == SessionState::LoggedIn) {
        let error = shop.order(7).await.err();
        assert!(
            error.as_ref().is_none_or(|error| error.is_superseded() || error.is_no_session()),
            "{error:?}"
        );
    }
    assert_eq!(world.authority.granted(), world.authority.refreshes(), "a spent refresh token was presented");
    counts
}

async fn act(kind: u8, shop: &ShopClient, world: &World) {
    let ended = match kind {
        0 => shop.session().set(tokens(&world.authority.issue())).await.err(),
        1 => shop.session().clear().await.err(),
        2..8 => {
            world.authority.expire();
            shop.order(7).await.err()
        }
        8 => shop.session().refresh().await.err(),
        9 => shop.session().load().await.err(),
        _ => shop.order(7).await.err(),
    };
    assert!(ended.as_ref().is_none_or(|error| !error.is_session_expired()), "{ended:?}");
}

fn run(seed: u64) -> Counts {
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(schedule(seed)))).unwrap_or_else(|panic| {
        eprintln!("the schedule with AFRESH_SCHEDULE={seed} failed");
        resume_unwind(panic)
    })
}

/// R1, R4, S1, S5, J1: no random schedule of two or three processes with an unreliable store loses a session.
#[test]
fn no_schedule_of_processes_with_an_unreliable_store_loses_a_session() {
    if let Ok(seed) = env::var("AFRESH_SCHEDULE") {
        println!("seed {seed}: {:?}", run(seed.parse().unwrap()));
        return;
    }
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let counts = thread::scope(|scope| {
        let part = |thread| {
            move || {
                let mut counts = Counts::default();
                for seed in (0..SCHEDULES).filter(|seed| seed % threads == thread) {
                    counts += run(seed);
                }
                counts
            }
        };
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(part(thread))).collect();
        let mut counts = Counts::default();
        for handle in handles {
            counts += handle.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        counts
    });
    println!("seeds 0 to {SCHEDULES}: {counts:?}");
    assert!(counts.logins > 30_000 && counts.logouts > 5_000, "{counts:?}");
    assert!(counts.refreshes > 20_000 && counts.lasting > 10_000, "{counts:?}");
}
