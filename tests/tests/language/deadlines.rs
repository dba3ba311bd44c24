//! Tests the `#[timeout]` attribute: one deadline covers all requests and waiting times of a call.

use std::time::Duration;

use afresh::{ByteStream, Error, RefreshToken, Result, Tokens, api};
use afresh_tests::{Answer, Role, Stage, World};
use tokio::time::{Instant, advance};

use crate::api::{ORIGIN, client_on, logged_in_client};

#[api]
trait Slow {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[timeout("1s 500ms")]
    #[get("/a")]
    async fn limited(&self) -> Result<()>;

    #[get("/b")]
    async fn patient(&self) -> Result<()>;
}

fn took(start: Instant) -> u128 {
    start.elapsed().as_millis()
}

fn assert_timed_out(result: Result<()>, start: Instant, millis: u128) {
    let error: Error = result.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(took(start), millis);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_ends_at_its_deadline() {
    let world = World::new();
    world.stage.respond(|_| Answer::hang());
    let slow: SlowClient = logged_in_client(&world);
    let start = Instant::now();
    let result = slow.limited().await;
    assert_eq!(result.as_ref().unwrap_err().method(), Some("Slow::limited"));
    assert_timed_out(result, start, 1500);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_the_wait_for_a_refresh_which_continues() {
    let world = World::new();
    world.guard(403);
    let slow: SlowClient = logged_in_client(&world);
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let start = Instant::now();
    let patient = tokio::spawn(slow.patient());
    assert_timed_out(slow.limited().await, start, 1500);

    world.authority.open(Role::Refresh);
    patient.await.unwrap().unwrap();
    world.authority.assert_granted(1);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_first_send_refresh_and_second_send_together() {
    let world = World::new();
    let slow: SlowClient = logged_in_client(&world);
    let start = Instant::now();
    let call = tokio::spawn(slow.limited());
    let first = world.stage.arrival().await;
    advance(Duration::from_millis(700)).await;
    world.authority.expire();
    first.answer(403);
    let mut second = world.stage.arrival().await;
    assert_eq!(took(start), 700);
    second.abandoned().await;
    assert_timed_out(call.await.unwrap(), start, 1500);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_the_body() {
    let world = World::new();
    world.stage.respond(|_| Answer::new(200).body("[1,").then_hang());
    let slow: SlowClient = logged_in_client(&world);
    let start = Instant::now();
    assert_timed_out(slow.limited().await, start, 1500);
}

#[tokio::test(start_paused = true)]
async fn a_methods_deadline_replaces_the_clients_whichever_is_longer() {
    let stage = Stage::new();
    stage.respond(|_| Answer::hang());
    for (client, limited) in [(100, 1500), (60_000, 1500)] {
        let slow = SlowClient::builder(ORIGIN)
            .transport(stage.service())
            .tokens(Tokens::new("a"))
            .timeout(Duration::from_millis(client))
            .build()
            .unwrap();
        let start = Instant::now();
        assert_timed_out(slow.limited().await, start, limited);
        let start = Instant::now();
        assert_timed_out(slow.patient().await, start, client.into());
    }
}

#[api]
trait Live {
    #[timeout("1s")]
    #[get("/live")]
    async fn watch(&self) -> Result<ByteStream>;
}

#[tokio::test(start_paused = true)]
async fn a_stream_may_last_longer_than_the_call_that_opened_it() {
    let stage = Stage::new();
    let live: LiveClient = client_on(&stage);
    let call = tokio::spawn(live.watch());
    let (answer, feed) = Answer::streamed(200);
    stage.arrival().await.answer_with(answer);
    let mut stream = call.await.unwrap().unwrap();
    advance(Duration::from_secs(60)).await;
    assert!(feed.send("late"));
    assert_eq!(stream.next().await.unwrap().unwrap(), "late");
}
