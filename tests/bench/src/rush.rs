//! A client process with many tasks. The process measures the client's speed and counts the rejections of an expired
//! token.

use std::future::Future;
use std::io::stdin;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::client::{Rush, Storm};
use crate::contender::{Contender, with_contender};
use crate::usage;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Reads durations in milliseconds, one per line. For each duration, many tasks make calls until the duration has
/// passed. Prints a [`Rush`] for each line of input.
pub fn run(contender: &str, base: &str, tasks: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime").block_on(with_contender!(contender, rushes(base, tasks)));
}

/// Makes one call from each of many tasks and prints a [`Storm`].
pub fn run_storm(contender: &str, base: &str, callers: usize) {
    usage::allow_many_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let storm = runtime.expect("a runtime").block_on(with_contender!(contender, storm(base, callers)));
    println!("{}", serde_json::to_string(&storm).expect("numbers"));
}

fn rushes<C: Contender>(base: &str, tasks: usize) -> Boxed<'_, ()> {
    Box::pin(async move {
        let client = C::new(base);
        // This thread does not run any of the spawned tasks, so it can block.
        for line in stdin().lines() {
            let time = line.expect("a line").parse().expect("milliseconds");
            let rush = rush(&client, tasks, Duration::from_millis(time)).await;
            println!("{}", serde_json::to_string(&rush).expect("numbers"));
        }
    })
}

async fn rush<C: Contender>(client: &C, tasks: usize, time: Duration) -> Rush {
    let mut running = JoinSet::new();
    // Before the measurement starts, a warm-up runs for a fifth of `time`.
    let begin = Instant::now() + time / 5;
    let end = begin + time;
    for task in 0..tasks as u64 {
        let mut client = client.clone();
        running.spawn(async move {
            let mut calls = 0u64;
            for id in (1000 + task % 1000).. {
                client.call(1000 + id % 9000, "green tea").await;
                let now = Instant::now();
                calls += u64::from(now >= begin && now < end);
                if now >= end {
                    break;
                }
            }
            calls
        });
    }
    tokio::time::sleep_until(begin.into()).await;
    let before = usage::of_this();
    tokio::time::sleep_until(end.into()).await;
    let cpu = usage::of_this() - before;
    let calls = running.join_all().await.iter().sum::<u64>() as f64;
    Rush { per_second: calls / time.as_secs_f64(), microseconds: cpu.as_secs_f64() * 1e6 / calls }
}

static CALLING: AtomicU64 = AtomicU64::new(0);
static AT_FIRST: AtomicU64 = AtomicU64::new(0);

/// Records the number of calls in progress at the first rejection. Clients call `refused` for each rejected call.
pub fn refused() {
    let _ = AT_FIRST.compare_exchange(0, CALLING.load(Relaxed), Relaxed, Relaxed);
}

fn storm<C: Contender>(base: &str, callers: usize) -> Boxed<'_, Storm> {
    Box::pin(async move {
        let client = C::watched(base);
        let begin = Instant::now();
        let mut running = JoinSet::new();
        for id in 0..callers as u64 {
            let mut client = client.clone();
            running.spawn(async move {
                CALLING.fetch_add(1, Relaxed);
                client.call(1000 + id % 9000, "green tea").await;
                CALLING.fetch_sub(1, Relaxed);
            });
        }
        let mut failed = 0;
        while let Some(ended) = running.join_next().await {
            failed += u64::from(ended.is_err());
        }
        let milliseconds = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        Storm { in_flight: AT_FIRST.load(Relaxed), failed, milliseconds }
    })
}
