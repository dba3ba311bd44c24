//! Tests how much memory a call allocates. This test binary uses a counting allocator, and each test runs on one
//! thread.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::time::Duration;

use afresh::{Client, ClientBuilder, Pending, RefreshToken, Result, Tokens, api};
use afresh_tests::World;
use allocation_counter::measure;
use bytes::Bytes;
use reqwest::{Request, Response, ResponseBuilderExt};
use tokio::runtime::{Builder, Runtime};
use tower::{Service, service_fn};

const ORIGIN: &str = "https://shop.test";

#[api]
trait Shop {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<()>;

    #[public]
    #[get("/orders/{id}")]
    async fn listing(&self, id: u64) -> Result<()>;

    #[post("/photos")]
    async fn photo(&self, #[body] photo: Bytes) -> Result<()>;
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

fn customer(world: &World) -> ShopClient {
    let issued = world.authority.issue();
    let tokens = Tokens::new(issued.access).with_refresh(issued.refresh);
    ShopClient::builder(ORIGIN).transport(world.service()).tokens(tokens).build().unwrap()
}

/// Waits until no task can make progress.
async fn quiet() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn response(status: u16) -> Response {
    http::Response::builder().status(status).body(Bytes::new()).unwrap().into()
}

/// Makes many concurrent calls and returns the average number of bytes in use per waiting call.
fn bytes_of_each<S>(builder: ClientBuilder<ShopClient>, transport: S) -> i64
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    const CALLS: u16 = 10_000;
    let (runtime, mut calls) = (runtime(), Vec::with_capacity(CALLS.into()));
    let shop = builder.tokens(Tokens::new("access")).transport(transport).build().unwrap();
    let held = measure(|| {
        calls.extend((0..CALLS).map(|id| runtime.spawn(shop.order(id.into()))));
        runtime.block_on(quiet());
    });
    assert!(calls.iter().all(|call| !call.is_finished()));
    let freed = measure(|| drop((runtime, calls, shop)));
    assert!(held.bytes_current + freed.bytes_current <= 0, "all memory is freed");
    held.bytes_current / i64::from(CALLS)
}

/// V1, B15: while ten thousand calls wait for one refresh, each call uses less than one kilobyte of additional memory.
#[test]
fn ten_thousand_waiting_calls_take_less_than_a_kilobyte_each() {
    let unanswered = bytes_of_each(ShopClient::builder(ORIGIN), service_fn(|_| pending()));
    let never = ShopClient::builder(ORIGIN).refresh_with(|_| pending::<Result<Tokens>>());
    let waiting = bytes_of_each(never, service_fn(|_| ready(Ok(response(403)))));
    assert!(unanswered < 8 * 1024, "{unanswered} bytes for a call in progress");
    assert!(
        waiting < unanswered + 1024,
        "{waiting} bytes for a call that waits, {unanswered} for one that does not"
    );
}

fn allocations_of(runtime: &Runtime, call: impl Fn() -> Pending<Result<()>>) -> u64 {
    for _ in 0..3 {
        runtime.block_on(call()).unwrap();
    }
    let once = measure(|| runtime.block_on(call()).unwrap());
    let again = measure(|| runtime.block_on(call()).unwrap());
    assert_eq!(once.count_total, again.count_total, "every call allocates the same");
    assert_eq!(once.bytes_current, 0, "a call frees all its memory");
    once.count_total
}

/// V4: with a valid token, the session adds at most two allocations to a call, whether or not the token's lifetime is
/// known.
#[test]
fn a_valid_token_costs_a_call_only_the_room_for_its_header() {
    let runtime = runtime();
    let _on_the_clock = runtime.enter();
    for tokens in [Tokens::new("access"), Tokens::new("access").with_lifetime(Duration::from_secs(3600))] {
        let tokens = tokens.with_refresh("refresh");
        let shop = ShopClient::builder(ORIGIN)
            .transport(service_fn(|_| ready(Ok::<_, Infallible>(response(200)))))
            .tokens(tokens)
            .build()
            .unwrap();
        let with = allocations_of(&runtime, || shop.order(7));
        let without = allocations_of(&runtime, || shop.listing(7));
        assert!(with <= without + 2, "{with} allocations with a session, {without} without");
        assert!(without <= 24, "{without} allocations");
    }
}

/// V4: the authorization scheme does not change the number of allocations per call, because the header value is built
/// once per credential.
#[test]
fn a_custom_scheme_costs_a_call_the_same_as_bearer() {
    let runtime = runtime();
    let cost = |scheme: Option<&'static str>| {
        let builder = ShopClient::builder(ORIGIN)
            .transport(service_fn(|_| ready(Ok::<_, Infallible>(response(200)))))
            .tokens(Tokens::new("access"));
        let shop = match scheme {
            Some(scheme) => builder.scheme(scheme),
            None => builder,
        };
        let shop = shop.build().unwrap();
        allocations_of(&runtime, || shop.order(7))
    };
    let usual = cost(None);
    for scheme in ["Bearer", "Token", ""] {
        assert_eq!(cost(Some(scheme)), usual, "{scheme}");
    }
}

/// V4: with a valid token, the session adds at most two allocations to a hand-written request.
#[test]
fn a_hand_written_request_costs_no_more_for_its_session() {
    let runtime = runtime();
    let client = |builder: ClientBuilder| {
        builder.transport(service_fn(|_| ready(Ok::<_, Infallible>(response(200))))).build().unwrap()
    };
    let with = client(Client::builder(ORIGIN).tokens(Tokens::new("access")));
    let without = client(Client::builder(ORIGIN));
    let cost = |client: &Client| {
        let request = || Request::new(reqwest::Method::GET, format!("{ORIGIN}/orders/7").parse().unwrap());
        drop(runtime.block_on(client.execute(request())).unwrap());
        let request = request();
        measure(|| drop(runtime.block_on(client.execute(request)).unwrap())).count_total
    };
    assert!(cost(&with) <= cost(&without) + 2, "{} and {}", cost(&with), cost(&without));
}

/// V4: a call that is not paged does not copy the URL of its response.
#[test]
fn a_call_without_pages_does_not_copy_the_url_of_its_response() {
    let runtime = runtime();
    let cost = |url: Option<&'static str>| {
        let make = move || match url {
            Some(url) => {
                let answer = http::Response::builder().url(url.parse().unwrap());
                Response::from(answer.body(Bytes::new()).unwrap())
            }
            None => response(200),
        };
        let shop = ShopClient::builder(ORIGIN)
            .transport(service_fn(move |_| ready(Ok::<_, Infallible>(make()))))
            .tokens(Tokens::new("access"))
            .build()
            .unwrap();
        allocations_of(&runtime, || shop.order(7)) - measure(|| drop(make())).count_total
    };
    assert_eq!(cost(Some("https://shop.test/orders/7")), cost(None));
}

/// L8: a 64 MB body is sent twice without being copied.
#[test]
fn a_large_body_is_never_copied() {
    const SIZE: usize = 64 * 1024 * 1024;
    let (world, runtime) = (World::new(), runtime());
    world.guard(403);
    let shop = customer(&world);
    let body = Bytes::from(vec![7; SIZE]);
    world.authority.expire();
    let sent = measure(|| runtime.block_on(shop.photo(body.clone())).unwrap());
    assert!(sent.bytes_total < 1024 * 1024, "{sent:?}");
    let sizes: Vec<_> = world.stage.log().iter().map(|seen| seen.body().len()).collect();
    assert_eq!(sizes, vec![SIZE, SIZE], "body sizes of the two requests");
    world.authority.assert_refreshes(1);
}
