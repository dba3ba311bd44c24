//! A client process in which many callers send an expired token to an in-memory server. The process measures the
//! callers' memory use each time the runtime is idle.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use crate::client::Crowd;
use crate::contender::{Contender, with_contender};
use crate::in_memory;
use crate::server::Guard;
use crate::usage;

/// The base URL, which has the same length as a URL with a real port.
const BASE: &str = "http://127.0.0.1:40000";

static SERVED: AtomicUsize = AtomicUsize::new(0);

/// Makes one call from each of `callers` tasks and prints a [`Crowd`]. If `late` is `true`, all calls except the first
/// start while the token is being refreshed.
pub fn run(contender: &str, guard: &str, late: bool, callers: usize) {
    in_memory::open(Guard::named(guard), callers);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_park(in_memory::nothing_to_do)
        .build()
        .expect("a runtime");
    let crowd = runtime.block_on(with_contender!(contender, crowd(late, callers)));
    println!("{}", serde_json::to_string(&crowd).expect("numbers"));
}

fn crowd<C: Contender>(late: bool, callers: usize) -> Pin<Box<dyn Future<Output = Crowd>>> {
    Box::pin(async move {
        let client = C::new(BASE);
        let mut crowd = Crowd { held: Vec::with_capacity(callers), asked: Vec::with_capacity(callers) };
        let before = usage::held();
        let call = |id: usize| {
            let mut client = client.clone();
            tokio::spawn(async move {
                client.call(1000 + id as u64 % 9000, "green tea").await;
                SERVED.fetch_add(1, Relaxed);
            });
        };
        let first = if late { 1 } else { callers };
        (0..first).for_each(call);
        if late {
            in_memory::quiet().await;
            in_memory::answer();
            in_memory::quiet().await;
        }
        (first..callers).for_each(call);
        loop {
            in_memory::quiet().await;
            crowd.held.push(usage::held().saturating_sub(before));
            if SERVED.load(Relaxed) == callers {
                break;
            }
            crowd.asked.push(in_memory::answer());
        }
        crowd
    })
}
