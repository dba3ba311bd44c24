//! A worker process for the tests in `tests/processes`. The worker is a client of a shop and shares its session with
//! other processes.
//!
//! The worker reads commands line by line from stdin, prints the results to stdout, and exits when stdin closes.

mod calls;
mod stalled_runtime;
mod steps;

use std::io::BufRead;
use std::sync::Arc;
use std::time::Duration;

use afresh::FileStore;
use afresh::store::{RedisStore, SessionStore};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::calls::{ShopClient, call, log_in, print_line, work, write};
use crate::stalled_runtime::stall;
use crate::steps::{Stepped, Steps};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [name, origin, "file", path] => obey(name, origin, FileStore::new(path)).await,
        [name, origin, "redis", url, key, lease] => {
            let lease = Duration::from_millis(lease.parse().expect("milliseconds"));
            let store = RedisStore::new(url, key).expect("a URL of Redis").lease(lease);
            obey(name, origin, store).await;
        }
        _ => panic!("worker NAME ORIGIN (file PATH | redis URL KEY LEASE)"),
    }
}

async fn obey(name: &str, origin: &str, store: impl SessionStore) {
    let (store, steps) = (Arc::new(store), Steps::default());
    let shop = ShopClient::builder(origin)
        .header("x-worker", name)
        .store(Stepped::new(store.clone(), steps.clone()))
        .build()
        .expect("a client");
    let mut orders = orders();
    while let Some(order) = orders.recv().await {
        match order.split_once(' ').unwrap_or((&order, "")) {
            // Makes one call and then exits, like a program that reports an error and quits.
            ("last", _) => {
                call(shop.clone()).await;
                std::process::exit(1);
            }
            ("call", _) => drop(tokio::spawn(call(shop.clone()))),
            ("login", _) => drop(tokio::spawn(log_in(shop.clone()))),
            ("work", tasks) => (0..tasks.parse().expect("a number")).for_each(|task| {
                drop(tokio::spawn(work(shop.clone(), task)));
            }),
            ("write", _) => drop(tokio::spawn(write(store.clone()))),
            ("stall", "") => stall(shop.clone(), steps.clone(), false),
            ("stall", "and log out") => stall(shop.clone(), steps.clone(), true),
            ("stop", step) => steps.stop_at(step),
            ("go", _) => steps.go(),
            ("return", _) => return,
            _ => panic!("no such order: {order}"),
        }
    }
}

fn orders() -> UnboundedReceiver<String> {
    let (reported, orders) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if reported.send(line).is_err() {
                return;
            }
        }
    });
    print_line("up");
    orders
}
