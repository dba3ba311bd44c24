//! Tests retries after failures unrelated to the credential: waiting times, deadlines, the retry budget, and refreshes
//! between attempts. Unit tests in the runtime crate check which failures are retried.

use std::time::Duration;

use afresh::{Reply, Result, Retry, RetryBudget, Tokens, api};
use afresh_tests::{Answer, Handling, Role, World};
use serde_json::Value;
use tokio::time::Instant;

use crate::api::{ANN, ORIGIN, Order, Shop, ShopClient, builder, tokens};
use crate::transports::ConnectTo;

const SECOND: Duration = Duration::from_secs(1);

fn retrying(world: &World, retry: Retry) -> ShopClient {
    builder(world).tokens(tokens(&world.authority.issue())).retry(retry).build().unwrap()
}

/// Makes the server send the given responses in order, and then repeat the last response.
fn script(world: &World, answers: Vec<Answer>) {
    let script = std::sync::Mutex::new(answers);
    world.stage.respond(move |_| {
        let mut left = script.lock().unwrap();
        if left.len() > 1 { left.remove(0) } else { left[0].clone() }
    });
}

#[api]
trait Payments {
    #[post("/payments")]
    async fn pay(&self, #[header("idempotency-key")] key: Option<&str>) -> Result<()>;
}

/// Without `retry` on the builder, a call is not retried. With `retry` on the builder, a call makes at most three
/// attempts, unless the call sets a different number.
#[tokio::test(start_paused = true)]
async fn retries_are_off_by_default_and_can_be_turned_off_for_a_call() {
    let world = World::new();
    let plain = builder(&world).tokens(tokens(&world.authority.issue())).build().unwrap();
    world.stage.respond(|_| 503);
    assert_eq!(plain.order(7).await.unwrap_err().status().unwrap(), 503);
    world.stage.assert_sends(1);
    let shop = retrying(&world, Retry::default());
    let error = shop.order(7).await.unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.receipt().unwrap().attempts()),
        (503, 3),
        "status of the error, and number of attempts"
    );
    world.stage.assert_sends(4);
    shop.order(7).retry(Retry::none()).await.unwrap_err();
    world.stage.assert_sends(5);
    plain.order(7).retry(Retry::default().attempts(5)).await.unwrap_err();
    world.stage.assert_sends(10);
}

/// A call's receipt contains the number of attempts and the total time between them. A call's receipt distinguishes a
/// retry after a failure from a second request after a refresh.
#[tokio::test(start_paused = true)]
async fn the_receipt_counts_attempts_and_the_time_between_them() {
    let world = World::new();
    let shop = retrying(&world, Retry::default());
    script(&world, vec![Answer::new(503).header("retry-after", "2"), Answer::reset(), Answer::json(200, 7)]);
    let begun = Instant::now();
    let reply: Reply<Value> = shop.orders().await.unwrap();
    let receipt = reply.receipt();
    assert_eq!(
        (receipt.attempts(), receipt.sends(), receipt.is_replayed()),
        (3, 3, false),
        "attempts, sends, and whether the call was sent again after a refusal"
    );
    assert_eq!(receipt.waited(), begun.elapsed());
    assert!(receipt.waited() >= 2 * SECOND);
}

/// The wait before a retry is random, up to a limit that doubles with each retry.
#[tokio::test(start_paused = true)]
async fn waits_stay_below_a_ceiling_that_doubles() {
    let world = World::new();
    let retry = Retry::default().attempts(6).base(SECOND).max_wait(5 * SECOND);
    let shop = retrying(&world, retry.budget(RetryBudget::unlimited()));
    world.stage.respond(|_| 503);
    let mut longest = [Duration::ZERO; 5];
    for _ in 0..200 {
        let before = world.stage.sends();
        shop.order(7).await.unwrap_err();
        let log = world.stage.log();
        let times: Vec<_> = log[before..].iter().map(|sent| sent.at()).collect();
        assert_eq!(times.len(), 6);
        for (longest, pair) in longest.iter_mut().zip(times.windows(2)) {
            *longest = (*longest).max(pair[1] - pair[0]);
        }
    }
    for (longest, ceiling) in longest.into_iter().zip([1, 2, 4, 5, 5]) {
        let ceiling = ceiling * SECOND + Duration::from_millis(1);
        assert!(longest <= ceiling && longest > ceiling.mul_f64(0.8), "{longest:?} of {ceiling:?}");
    }
}

/// A retry waits as long as the server requires in `Retry-After` or in a rate-limit header.
#[tokio::test(start_paused = true)]
async fn the_wait_that_the_server_asks_for_is_kept() {
    for (name, value, expected) in [
        ("retry-after", "30", 30),
        ("retry-after", "60", 60),
        ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("ratelimit", r#""default";r=0;t=9"#, 9),
    ] {
        let world = World::new();
        let shop = retrying(&world, Retry::default());
        script(&world, vec![Answer::new(429).header(name, value), Answer::json(200, Order { id: 7 })]);
        let begun = Instant::now();
        shop.order(7).await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), expected, "{name}: {value}");
        world.stage.assert_sends(2);
    }
}

/// If the required wait is longer than one minute or exceeds the call's deadline, the call fails immediately, and the
/// error contains the required wait.
#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_or_a_minute_is_the_error_at_once() {
    for (timeout, asked) in [(None, "61"), (Some(5), "5"), (Some(5), "3600")] {
        let world = World::new();
        let shop = retrying(&world, Retry::default());
        world.stage.respond(move |_| Answer::new(503).header("retry-after", asked));
        let call = shop.order(7);
        let call = match timeout {
            Some(timeout) => call.timeout(timeout * SECOND),
            None => call,
        };
        let begun = Instant::now();
        let error = call.await.unwrap_err();
        assert_eq!(begun.elapsed(), Duration::ZERO, "{timeout:?} {asked}");
        assert_eq!(error.retry_after().map(|wait| wait.as_secs().to_string()).as_deref(), Some(asked));
        world.stage.assert_sends(1);
    }
    let world = World::new();
    let shop = retrying(&world, Retry::default());
    script(&world, vec![Answer::new(503).header("retry-after", "100"), Answer::json(200, Order { id: 7 })]);
    shop.order(7).timeout(200 * SECOND).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_all_attempts() {
    let world = World::new();
    let shop = retrying(&world, Retry::default());
    script(&world, vec![Answer::new(503).header("retry-after", "3"), Answer::hang()]);
    let begun = Instant::now();
    let error = shop.order(7).timeout(5 * SECOND).await.unwrap_err();
    assert_eq!(
        (begun.elapsed(), error.is_timeout()),
        (5 * SECOND, true),
        "time until the error, and whether the error is a timeout"
    );
    world.stage.assert_sends(2);
}

/// I3, E4: a call starts at most one refresh, even if it is retried several times.
#[tokio::test(start_paused = true)]
async fn a_call_is_refreshed_for_once_in_all_its_attempts() {
    let world = World::new();
    let shop = retrying(&world, Retry::default().attempts(5));
    script(&world, [403, 503, 503, 403, 200].map(Answer::new).to_vec());
    let error = shop.order(7).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 403);
    assert_eq!(error.receipt().unwrap().reason(), Some(afresh::error::Reason::FreshTokenRefused));
    assert_eq!(
        (error.receipt().unwrap().attempts(), error.receipt().unwrap().sends()),
        (3, 4),
        "attempts and sends: one of the three attempts sends twice"
    );
    world.stage.assert_sends(4);
    world.authority.assert_refreshes(1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_a_later_attempt_is_refreshed_for() {
    let world = World::new();
    let shop = retrying(&world, Retry::default());
    script(
        &world,
        vec![Answer::new(503), Answer::new(403), Answer::new(503), Answer::json(200, Order { id: 7 })],
    );
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    let carried: Vec<_> = world.stage.log().iter().map(|sent| sent.token().map(str::to_owned)).collect();
    let [one, two] = [1, 2].map(|number| Some(world.authority.access(number)));
    assert_eq!(carried, [one.clone(), one, two.clone(), two], "access tokens of the requests");
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_not_retried_by_the_call() {
    let world = World::new();
    let shop = retrying(&world, Retry::default());
    world.stage.respond(|_| 403);
    world.authority.always(Role::Refresh, Handling::instead(503));
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh(), "{error}");
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
}

#[tokio::test(start_paused = true)]
async fn a_status_that_is_refreshed_for_is_never_retried() {
    let world = World::new();
    let shop = builder(&world)
        .tokens(tokens(&world.authority.issue()))
        .refresh_on([401, 503])
        .retry(Retry::default())
        .build()
        .unwrap();
    world.stage.respond(|_| 503);
    shop.order(7).await.unwrap_err();
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_is_not_retried() {
    let world = World::new();
    let shop = retrying(&world, Retry::default());
    world.stage.respond(|_| Answer::new(503).header("retry-after", "10"));
    let call = tokio::spawn(shop.order(7));
    tokio::time::sleep(SECOND).await;
    call.abort();
    tokio::time::sleep(60 * SECOND).await;
    world.stage.assert_sends(1);
}

/// During an outage, the number of requests is at most 1.1 times the number of calls, plus the retry budget's reserve.
#[tokio::test(start_paused = true)]
async fn an_outage_is_not_multiplied() {
    let world = World::new();
    let retry = Retry::default().budget(RetryBudget::percent(10).reserve(5));
    let shop = retrying(&world, retry);
    world.stage.respond(|_| 503);
    const CALLERS: usize = 100;
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let shop = shop.clone();
            tokio::spawn(async move {
                let (begun, mut calls) = (Instant::now(), 0);
                while begun.elapsed() < 60 * SECOND {
                    shop.order(7).await.unwrap_err();
                    calls += 1;
                    tokio::time::sleep(5 * SECOND).await;
                }
                calls
            })
        })
        .collect();
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    let retries = world.stage.sends() - calls;
    assert!(calls >= 1000);
    assert!(retries <= calls / 10 + 5, "{retries} retries of {calls} calls");
    assert!(retries >= calls / 10, "{retries} retries of {calls} calls");
}

/// A `Retry` set for a single call uses the builder's retry budget instead of a separate budget.
#[tokio::test(start_paused = true)]
async fn only_the_budget_of_the_builder_counts() {
    let world = World::new();
    let shop = retrying(&world, Retry::default().budget(RetryBudget::percent(0).reserve(3)));
    world.stage.respond(|_| 503);
    let own = || Retry::default().attempts(10).budget(RetryBudget::unlimited());
    shop.order(7).retry(own()).await.unwrap_err();
    world.stage.assert_sends(4);
    shop.clone().order(7).retry(own()).await.unwrap_err();
    world.stage.assert_sends(5);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_sends_the_same_key() {
    let world = World::new();
    let payments =
        PaymentsClient::builder(ORIGIN).connect_to(world.clone()).retry(Retry::default()).build().unwrap();
    world.stage.respond(|_| 429);
    payments.pay(Some("k1")).await.unwrap_err();
    let keys: Vec<_> =
        world.stage.log().iter().map(|sent| sent.header("idempotency-key").map(str::to_owned)).collect();
    assert_eq!(keys, vec![Some("k1".to_owned()); 3]);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_was_answered_is_not_retried() {
    let world = World::new();
    let shop = retrying(&world, Retry::default());
    world.authority.always(Role::Login, Handling::instead(503));
    shop.login(&ANN).await.unwrap_err();
    world.authority.assert_logins(1);
}

/// If a login, a direct refresh or a logout fails, the error contains the number of attempts.
#[tokio::test(start_paused = true)]
async fn the_error_of_a_call_with_a_role_counts_its_attempts() {
    let service = tower::service_fn(|_: reqwest::Request| async {
        Err::<reqwest::Response, _>(std::io::Error::from(std::io::ErrorKind::ConnectionRefused))
    });
    let shop = ShopClient::builder(ORIGIN).transport(service).tokens(Tokens::new("a").with_refresh("r"));
    let shop = shop.retry(Retry::default()).build().unwrap();
    let begun = Instant::now();
    for error in [
        shop.login(&ANN).await.unwrap_err(),
        shop.refresh("r".into()).await.unwrap_err(),
        shop.logout().await.unwrap_err(),
    ] {
        let receipt = error.receipt().expect("a receipt");
        assert!(error.is_connect(), "{error}");
        assert_eq!(
            (receipt.attempts(), receipt.sends(), receipt.is_replayed()),
            (3, 3, false),
            "attempts, sends, and whether the call was sent again after a refusal"
        );
        assert!(receipt.waited() <= begun.elapsed());
    }

    let world = World::new();
    let shop = retrying(&world, Retry::default());
    world.authority.next(Role::Login, Handling::instead(503));
    let error = shop.login(&ANN).await.unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.receipt().unwrap().attempts()),
        (503, 1),
        "status of the error, and number of attempts"
    );
}
