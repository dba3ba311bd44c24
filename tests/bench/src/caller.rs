//! A client process that makes calls one after another on one thread. The client process can count its own allocations.

use std::future::Future;

use crate::allocator;
use crate::blocking;
use crate::contender::{Contender, with_contender};
use crate::kind;
use crate::large;
use crate::session;
use crate::streams;

/// Makes `calls` calls with `subject`, after a few warm-up calls that open the connection. If `allocations` is `true`,
/// prints the number of allocations.
pub fn run(subject: &str, base: &str, calls: u64, allocations: bool) {
    let work = Work { calls, allocations };
    if let Some(("blocking", way)) = subject.split_once(':') {
        return blocking::run(way, base, work);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match subject.split_once(':') {
            Some(("kind", kind)) => kind::run(kind, base, work).await,
            Some(("session", way)) => session::run(way, base, work).await,
            Some(("stream", what)) => streams::run(what, base, work).await,
            Some(("large", what)) => large::run(what, base, work).await,
            _ => contend(subject, base, work).await,
        }
    });
}

#[derive(Clone, Copy)]
pub struct Work {
    calls: u64,
    allocations: bool,
}

impl Work {
    pub fn of_blocking(self, mut call: impl FnMut(u64)) {
        (1000..1000 + self.calls.min(4)).for_each(&mut call);
        if self.allocations {
            allocator::count();
        }
        (0..self.calls).for_each(|id| call(1000 + id % 9000));
        if self.allocations {
            println!("{}", serde_json::to_string(&allocator::asked()).expect("numbers"));
        }
    }

    /// Makes the calls. Each call's arguments contain a different four-digit number, so all requests have the same
    /// length.
    pub async fn of<F: Future<Output = ()>>(self, mut call: impl FnMut(u64) -> F) {
        for id in 1000..1000 + self.calls.min(4) {
            call(id).await;
        }
        if self.allocations {
            allocator::count();
        }
        for id in 0..self.calls {
            call(1000 + id % 9000).await;
        }
        if self.allocations {
            let asked = allocator::asked();
            println!("{}", serde_json::to_string(&asked).expect("numbers"));
        }
    }
}

async fn contend(subject: &str, base: &str, work: Work) {
    with_contender!(subject, make_items(base, work)).await;
}

fn make_items<'a, C: Contender>(
    base: &'a str,
    work: Work,
) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>> {
    Box::pin(async move {
        let client = tokio::sync::Mutex::new(C::new(base));
        work.of(async |id| {
            let item = client.lock().await.call(id, "green tea").await;
            std::hint::black_box(item);
        })
        .await;
    })
}
