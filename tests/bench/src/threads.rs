//! Measures the cost that a session adds to a call when several threads share a client whose transport responds
//! immediately.
//!
//! The duration of a call varies by more than the cost of a session. To cancel out this variation, time slices of about
//! one millisecond in which calls use a session alternate with time slices in which calls do not use a session. In each
//! time slice, all threads concurrently make the same kind of call.

use std::hint::{black_box, spin_loop};
use std::sync::Barrier;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::time::{Duration, Instant};

use afresh::Result;
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};

use crate::contender::{Shop, ShopClient};
use crate::item::Item;
use crate::session::{self, Plain, PlainClient};
use crate::usage;

/// The thread counts for which the cost is measured.
pub const THREADS: [usize; 4] = [1, 2, 4, 8];

/// The number of times that two threads pass a cache line back and forth for one measurement.
const EXCHANGES: usize = 40;
const ATTEMPTS: usize = 5;

/// The time slices of one round, which run one after another.
#[derive(Deserialize, Serialize)]
pub struct Round {
    /// The time, in nanoseconds, that a cache line needs to move from one core to the other.
    pub transfer: f64,
    /// Two [`Slice`]s for each thread count in [`THREADS`]: one without a session and one with a session.
    pub slices: [[Slice; 2]; 4],
}

/// The combined result of all threads in a time slice.
#[derive(Clone, Copy, Deserialize, Serialize)]
pub struct Slice {
    /// The CPU time per call.
    pub nanoseconds: f64,
    /// The share of the available CPU time that the threads used. The share of CPU time is lower if other processes ran
    /// during the time slice, or if a thread started late.
    pub share: f64,
}

/// Runs `rounds` rounds and prints the results. In each time slice of a round, each thread makes `calls` calls.
pub fn run(rounds: usize, calls: usize) {
    let [.., most] = THREADS;
    assert!(usage::cores() > 1, "this measurement needs at least two cores");
    let shared = Shared {
        clients: session::clients_at_once("https://shop.example"),
        gates: THREADS.map(Barrier::new),
        line: AtomicUsize::new(0),
        begun: Instant::now(),
        rounds,
        calls,
    };
    let threads: Vec<Vec<Turn>> = std::thread::scope(|scope| {
        let shared = &shared;
        let threads: Vec<_> = (0..most).map(|thread| scope.spawn(move || shared.work(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let slice = |round: usize, kind: usize, way: usize| {
        let parts = threads.iter().take(THREADS[kind]).map(|rounds| rounds[round].parts[kind][way]);
        Slice::of(&parts.collect::<Vec<_>>(), calls)
    };
    let round = |round: usize| Round {
        transfer: threads[0][round].transfer,
        slices: std::array::from_fn(|kind| std::array::from_fn(|way| slice(round, kind, way))),
    };
    let rounds: Vec<Round> = (0..rounds).map(round).collect();
    println!("{}", serde_json::to_string(&rounds).expect("numbers"));
}

/// The start, the end and the CPU time of one thread's work in a time slice. The start and the end are relative to the
/// start of the measurement.
#[derive(Clone, Copy, Default)]
struct Part {
    start: Duration,
    end: Duration,
    spent: Duration,
}

impl Slice {
    fn of(parts: &[Part], calls: usize) -> Self {
        let start = parts.iter().map(|part| part.start).min().unwrap_or_default();
        let end = parts.iter().map(|part| part.end).max().unwrap_or_default();
        let spent: Duration = parts.iter().map(|part| part.spent).sum();
        let cores = parts.len().min(usage::cores()) as f64;
        Self {
            nanoseconds: spent.as_secs_f64() * 1e9 / (parts.len() * calls) as f64,
            share: spent.as_secs_f64() / ((end - start).as_secs_f64() * cores),
        }
    }
}

struct Shared {
    clients: (PlainClient, ShopClient),
    /// The barriers at which threads wait before and after each time slice, one barrier for each number of threads.
    gates: [Barrier; 4],
    /// The counter whose cache line two threads pass back and forth.
    line: AtomicUsize,
    begun: Instant,
    rounds: usize,
    calls: usize,
}

#[derive(Default)]
struct Turn {
    transfer: f64,
    parts: [[Part; 2]; 4],
}

impl Shared {
    fn work(&self, thread: usize) -> Vec<Turn> {
        usage::keep_on_core(thread);
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        (0..self.rounds).map(|round| self.turn(thread, round, &runtime)).collect()
    }

    fn turn(&self, thread: usize, round: usize, runtime: &Runtime) -> Turn {
        let (plain, live) = &self.clients;
        let mut turn = Turn::default();
        if thread < 2 {
            self.line.store(0, Release);
            self.gates[1].wait();
            turn.transfer = self.exchange(thread);
            self.gates[1].wait();
        }
        for (kind, gate) in self.gates.iter().enumerate() {
            if thread >= THREADS[kind] {
                continue;
            }
            // The order of the two clients alternates, so that the order does not affect the result.
            for way in [round % 2, 1 - round % 2] {
                gate.wait();
                turn.parts[kind][way] = match way {
                    0 => self.part(runtime, || plain.item(1234, "green tea")),
                    _ => self.part(runtime, || live.item(1234, "green tea")),
                };
                gate.wait();
            }
        }
        turn
    }

    fn part<F: Future<Output = Result<Item>>>(&self, runtime: &Runtime, call: impl Fn() -> F) -> Part {
        runtime.block_on(async {
            let (start, before) = (self.begun.elapsed(), usage::of_this_thread());
            for _ in 0..self.calls {
                black_box(call().await.expect("an item"));
            }
            Part { start, end: self.begun.elapsed(), spent: usage::of_this_thread() - before }
        })
    }

    /// Returns the time, in nanoseconds, that a cache line needs to move between two threads. The result is the minimum
    /// of several attempts, because other processes can occupy a core.
    fn exchange(&self, thread: usize) -> f64 {
        let mut least = f64::INFINITY;
        for attempt in 0..ATTEMPTS {
            let begun = Instant::now();
            for exchange in attempt * EXCHANGES..(attempt + 1) * EXCHANGES {
                let mine = 2 * exchange + thread;
                while self.line.load(Acquire) != mine {
                    spin_loop();
                }
                self.line.store(mine + 1, Release);
            }
            least = least.min(begun.elapsed().as_secs_f64() * 1e9 / (2 * EXCHANGES) as f64);
        }
        least
    }
}
