//! Simulates a one-minute outage with a thousand callers. Counts the requests that the server receives, both with the
//! client's retries and with a handwritten retry loop.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use afresh::{Result, Retry, api};
use reqwest::{Request, Response};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tower::{Service, service_fn};

/// During the outage, the server responds to every request with 503.
const OUTAGE: Duration = Duration::from_secs(60);
/// The time that a caller waits after a failed call.
const PAUSE: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 3;

/// The number of calls that one client made, and the number of requests that the client sent.
#[derive(Clone, Copy, Deserialize, Serialize)]
pub struct Sends {
    pub calls: u64,
    pub sends: u64,
}

#[api]
trait Jobs {
    #[get("/jobs")]
    async fn jobs(&self) -> Result<String>;
}

/// Runs the client and the handwritten retry loop concurrently, and prints the [`Sends`] of each.
pub fn run(callers: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let both: [Sends; 2] = runtime.expect("a runtime").block_on(async {
        let (ours, by_hand) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let jobs = JobsClient::builder("https://jobs.example").transport(server(ours.clone()));
        let jobs = jobs.retry(Retry::default()).build().expect("a client");
        let (mine, theirs) = tokio::join!(
            calls(callers, move || {
                let jobs = jobs.clone();
                async move { jobs.jobs().await.is_ok() }
            }),
            calls(callers, {
                let by_hand = by_hand.clone();
                move || call_by_hand(server(by_hand.clone()))
            }),
        );
        let sends = |calls, counter: &AtomicU64| Sends { calls, sends: counter.load(Relaxed) };
        [sends(mine, &ours), sends(theirs, &by_hand)]
    });
    println!("{}", serde_json::to_string(&both).expect("numbers"));
}

/// Returns the number of calls that the callers made until the outage ended.
async fn calls<F>(callers: usize, call: impl Fn() -> F + Clone + Send + 'static) -> u64
where
    F: Future<Output = bool> + Send,
{
    let end = Instant::now() + OUTAGE;
    let mut running = JoinSet::new();
    for caller in 0..callers {
        let call = call.clone();
        running.spawn(async move {
            // The callers start at different times.
            sleep(PAUSE.mul_f64(caller as f64 / callers as f64)).await;
            let mut calls = 0;
            while Instant::now() < end {
                calls += 1;
                if !call().await {
                    sleep(PAUSE).await;
                }
            }
            calls
        });
    }
    running.join_all().await.into_iter().sum()
}

/// Returns a service that responds with 503 and counts the requests.
fn server(
    counter: Arc<AtomicU64>,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
    service_fn(move |_: Request| {
        counter.fetch_add(1, Relaxed);
        async { Ok(Response::from(http::Response::builder().status(503).body("").expect("a response"))) }
    })
}

/// Makes up to three attempts with pauses of 33 ms and 133 ms, as a typical handwritten retry loop does.
async fn call_by_hand(mut server: impl Service<Request, Response = Response, Error = Infallible>) -> bool {
    for attempt in 0..ATTEMPTS {
        let url = "https://jobs.example/jobs".parse().expect("a URL");
        let Ok(answer) = server.call(Request::new(http::Method::GET, url)).await;
        if answer.status().is_success() {
            return true;
        }
        if attempt + 1 < ATTEMPTS {
            let ceiling = Duration::from_millis(100 << attempt);
            sleep(ceiling.mul_f64(f64::from(attempt + 1) / f64::from(ATTEMPTS))).await;
        }
    }
    false
}
