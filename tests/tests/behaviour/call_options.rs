//! Tests the timeout, headers and session that can be set for one call or one client handle.

use std::time::Duration;

use afresh::{Client, Error, Pages, Pending, Result, Retry, Session, Tokens, api};
use afresh_tests::{Answer, Role, World};
use http::HeaderValue;
use serde_json::{Value, json};
use tokio::time::{Instant, advance};

use crate::api::{
    ANN, ORIGIN, Order, Shop, ShopClient, builder, logged_in_client, logged_out_client, order, tokens,
};
use crate::transports::ConnectTo;

const SECOND: Duration = Duration::from_secs(1);

#[api]
trait Documents {
    #[timeout("5s")]
    #[header("x-trace" = "method")]
    #[get("/slow")]
    async fn slow(&self, #[header("x-argument")] argument: &str) -> Result<()>;

    #[get("/pages")]
    #[pages(number = "page")]
    async fn pages(&self) -> Result<Pages<Vec<u64>>>;
}

fn documents(world: &World) -> DocumentsClient {
    DocumentsClient::builder(ORIGIN).connect_to(world.clone()).timeout(60 * SECOND).build().unwrap()
}

async fn time_of<T>(call: Pending<Result<T>>) -> (Duration, Error) {
    let begun = Instant::now();
    let error = call.await.err().expect("a call that fails");
    (begun.elapsed(), error)
}

/// A timeout set for one call overrides the timeouts set by `with_timeout`, by the trait method and by the builder.
#[tokio::test(start_paused = true)]
async fn the_time_out_of_a_call_outranks_all_others() {
    let world = World::new();
    world.stage.respond(|_| Answer::hang());
    let documents = documents(&world);
    let clone = documents.with_timeout(3 * SECOND);
    for (call, expected) in [
        (documents.slow("a").timeout(SECOND), 1),
        (documents.slow("a"), 5),
        (clone.slow("a"), 3),
        (clone.slow("a").timeout(4 * SECOND), 4),
    ] {
        let (time, error) = time_of(call).await;
        assert_eq!(
            (time, error.is_timeout()),
            (expected * SECOND, true),
            "time until the error, and whether the error is a timeout"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_call_runs_from_its_first_poll() {
    let world = World::new();
    world.stage.respond(|_| Answer::hang());
    let call = documents(&world).slow("a").timeout(2 * SECOND);
    tokio::time::sleep(10 * SECOND).await;
    let (time, error) = time_of(call).await;
    assert_eq!(
        (time, error.is_timeout()),
        (2 * SECOND, true),
        "time until the error, and whether the error is a timeout"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_at_the_moment_of_the_deadline_is_too_late() {
    for (time, is_late) in [(SECOND - Duration::from_millis(1), false), (SECOND, true)] {
        let world = World::new();
        let shop = ShopClient::builder(ORIGIN)
            .transport(world.service())
            .tokens(tokens(&world.authority.issue()))
            .build()
            .unwrap();
        let mut call = shop.order(7).timeout(SECOND);
        tokio::select! {
            biased;
            _ = &mut call => unreachable!("no answer yet"),
            arrival = world.stage.arrival() => arrival.answer_with(order(7)),
        }
        advance(time).await;
        match call.await {
            Ok(answer) => assert_eq!(
                (answer, is_late),
                (Order { id: 7 }, false),
                "the response, and whether the call should have timed out"
            ),
            Err(error) => assert!(is_late && error.is_timeout(), "{error}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_with_a_role_take_options() {
    let world = World::new();
    let shop = logged_out_client(&world);
    shop.login(&ANN).header("x-trace", 7).await.unwrap();
    assert_eq!(world.authority.requests(Role::Login)[0].header("x-trace"), Some("7"));
    world.authority.hold(Role::Login);
    let (time, error) = time_of(shop.login(&ANN).timeout(SECOND)).await;
    assert_eq!(
        (time, error.is_timeout()),
        (SECOND, true),
        "time until the error, and whether the error is a timeout"
    );
    shop.with_header("x-trace", 8).logout().await.unwrap();
    assert_eq!(world.authority.requests(Role::Logout)[0].header("x-trace"), Some("8"));
}

/// A header set for one call replaces all other headers of the same name, whether they were set on the client handle,
/// by the trait method, by an argument or on the builder.
#[tokio::test(start_paused = true)]
async fn a_header_of_a_call_replaces_all_others_of_its_name() {
    let world = World::new();
    world.stage.respond(|_| 204);
    let documents = DocumentsClient::builder(ORIGIN)
        .connect_to(world.clone())
        .header("x-client", "first")
        .header("x-client", "second")
        .header("x-none", None::<&str>)
        .header("x-number", 17)
        .build()
        .unwrap();
    let clone = documents.with_header("X-Client", HeaderValue::from_static("clone"));
    documents.slow("argument").await.unwrap();
    clone.slow("argument").header("x-trace", true).header("x-argument", "option").await.unwrap();
    clone.slow("argument").header("x-client", "call").header("x-trace", None::<u8>).await.unwrap();
    let headers = |index: usize| {
        let sent = &world.stage.log()[index];
        let all = |name: &str| {
            let values = sent.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned());
            values.collect::<Vec<_>>().join("+")
        };
        ["x-client", "x-trace", "x-argument", "x-none", "x-number"].map(all).join(" ")
    };
    assert_eq!(headers(0), "second method argument  17");
    assert_eq!(headers(1), "clone true option  17");
    assert_eq!(headers(2), "call method argument  17");
}

#[tokio::test(start_paused = true)]
async fn an_option_that_cannot_be_sent_is_an_error_of_the_call() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let broken = [
        shop.order(7).header("no name", "a"),
        shop.order(7).header("x-trace", "a\nb"),
        shop.order(7).header("x-trace", json!({ "a": 1 })),
        shop.with_header("x-trace", "\n").order(7),
        shop.order(7).retry(Retry::default().on([200])),
        shop.order(7).retry(Retry::default().on([403])),
    ];
    for call in broken {
        let error = call.await.unwrap_err();
        assert!(error.is_request(), "{error}");
        assert_eq!(error.method(), Some("Shop::order"));
    }
    world.stage.assert_sends(0);
    let refused = builder(&world).retry(Retry::default().on([503, 401])).build().unwrap_err();
    assert!(refused.is_builder());
    assert_eq!(
        refused.to_string(),
        "`retry`: the status 401 triggers a refresh, so it cannot be retried. Remove it from `Retry::on`"
    );
}

#[tokio::test(start_paused = true)]
async fn an_option_after_the_first_poll_is_an_error() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut call = shop.order(7);
    tokio::select! {
        biased;
        _ = &mut call => unreachable!("no answer yet"),
        arrival = world.stage.arrival() => arrival.hang(),
    }
    let error = call.timeout(SECOND).await.unwrap_err();
    assert!(error.is_request(), "{error}");
}

/// A13: an authorization header set by the caller is sent unchanged. If the server refuses a call whose authorization
/// header was set by the caller, the call returns the refusal and does not trigger a refresh.
#[tokio::test(start_paused = true)]
async fn an_authorization_option_turns_the_session_off_for_the_call() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| 401);
    let error = shop.order(7).header("authorization", "Basic YTpi").await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(world.stage.log()[0].header("authorization"), Some("Basic YTpi"));
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(0);
    world.stage.respond(|_| order(7));
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
}

/// Options of a paged call apply to each page: each page request has a separate timeout and contains all headers set
/// for the call.
#[tokio::test(start_paused = true)]
async fn options_of_pages_hold_for_each_page() {
    let world = World::new();
    let mut pages = {
        let call = tokio::spawn(documents(&world).pages().timeout(5 * SECOND).header("x-trace", "t1"));
        tokio::time::sleep(4 * SECOND).await;
        world.stage.arrival().await.answer_json(200, json!([1]));
        call.await.unwrap().unwrap()
    };
    assert_eq!(pages.next().await.unwrap().unwrap(), [1]);
    let page = tokio::spawn(async move { (pages.next().await, pages) });
    tokio::time::sleep(4 * SECOND).await;
    world.stage.arrival().await.answer_json(200, json!([2]));
    let (second, mut pages) = page.await.unwrap();
    assert_eq!(second.unwrap().unwrap(), [2]);
    world.stage.respond(|_| Answer::hang());
    let begun = Instant::now();
    assert!(pages.next().await.unwrap().unwrap_err().is_timeout());
    assert_eq!(begun.elapsed(), 5 * SECOND);
    assert!(world.stage.log().iter().all(|sent| sent.header("x-trace") == Some("t1")));
}

#[tokio::test(start_paused = true)]
async fn each_page_is_retried_as_the_call_allows() {
    let world = World::new();
    let stage = world.stage.clone();
    world.stage.respond(move |seen| match (seen.query(), stage.sends()) {
        (None, _) => Answer::json(200, [1]),
        (Some(_), 2) => Answer::new(503),
        (Some(_), _) => Answer::json(200, [2]),
    });
    let mut pages = documents(&world).pages().retry(Retry::default()).await.unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap(), [1]);
    assert_eq!(pages.next().await.unwrap().unwrap(), [2]);
    world.stage.assert_sends(3);
}

#[tokio::test(start_paused = true)]
async fn hand_written_requests_take_options() {
    let world = World::new();
    let client = Client::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    let request = || reqwest::Request::new(reqwest::Method::GET, format!("{ORIGIN}/a").parse().unwrap());
    world.stage.respond(|_| 204);
    client.execute(request()).header("x-trace", "a").await.unwrap();
    assert_eq!(world.stage.log()[0].header("x-trace"), Some("a"));
    world.stage.respond(|_| Answer::hang());
    let (time, error) = time_of(client.execute(request()).timeout(SECOND)).await;
    assert_eq!(
        (time, error.is_timeout()),
        (SECOND, true),
        "time until the error, and whether the error is a timeout"
    );
}

#[tokio::test(start_paused = true)]
async fn one_client_serves_many_users_with_a_session_each() {
    let world = World::new();
    let shop = logged_out_client(&world).with_header("x-client", "server");
    let authority = world.authority.clone();
    world.guard_with(403, move |seen| {
        let credentials = seen.token().and_then(|token| authority.credentials(token));
        let user = credentials.and_then(|value: Value| value["user"].as_u64());
        order(user.unwrap_or(9999))
    });
    let users: Vec<_> = (0..50_u64)
        .map(|user| {
            let session = Session::new();
            session.set(tokens(&world.authority.issue_to(json!({ "user": user }))));
            (user, shop.with_session(session))
        })
        .collect();
    world.authority.expire();
    let calls: Vec<_> = users.iter().map(|(user, shop)| (*user, tokio::spawn(shop.order(*user)))).collect();
    for (user, call) in calls {
        assert_eq!(call.await.unwrap().unwrap(), Order { id: user });
    }
    world.authority.assert_refreshes(50);
    assert!(world.stage.log().iter().all(|sent| sent.header("x-client") == Some("server")));
    let anonymous = shop.order(7).await.unwrap_err();
    assert!(anonymous.is_no_session());
    let nobody: ShopClient = shop.with_session(Session::new());
    assert!(nobody.order(7).await.unwrap_err().is_no_session());
}

/// If two clients share a session, the session is refreshed with the first client's refresh method.
#[tokio::test(start_paused = true)]
async fn a_session_in_use_keeps_its_own_way_to_refresh() {
    let world = World::new();
    let session = Session::new();
    let _owner = Client::builder(ORIGIN)
        .connect_to(world.clone())
        .session(session.clone())
        .refresh_with(|_| async { Ok(Tokens::new("from the owner")) })
        .build()
        .unwrap();
    let shop = logged_in_client(&world).with_session(session.clone());
    session.set(Tokens::new("old"));
    session.refresh().await.unwrap();
    assert_eq!(session.tokens().unwrap().access_token().unwrap().secret(), "from the owner");
    world.stage.respond(|_| order(7));
    shop.order(7).await.unwrap();
    assert_eq!(world.stage.log()[0].token(), Some("from the owner"));
    world.authority.assert_refreshes(0);
}

/// A body limit set for one call overrides the builder's limit, even if the call's limit is larger. In a paged call,
/// the body limit applies to each page.
#[tokio::test(start_paused = true)]
async fn the_longest_body_of_a_call_outranks_that_of_the_builder() {
    let world = World::new();
    world.stage.respond(|_| Answer::json(200, Order { id: 1_000_000 }));
    let tokens = tokens(&world.authority.issue());
    let shop = builder(&world).tokens(tokens).max_body(10).build().unwrap();
    assert!(shop.order(7).await.unwrap_err().is_body_too_large());
    assert_eq!(shop.order(7).max_body(100).await.unwrap(), Order { id: 1_000_000 });
    let plain = logged_in_client(&world);
    assert!(plain.order(7).max_body(10).await.unwrap_err().is_body_too_large());
    plain.order(7).await.unwrap();

    world.stage.respond(|seen| {
        Answer::json(200, if seen.query().is_none() { json!([1]) } else { json!([1_000, 2_000]) })
    });
    let mut pages = documents(&world).pages().max_body(5).await.unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap(), [1]);
    assert!(pages.next().await.unwrap().unwrap_err().is_body_too_large());
}

#[tokio::test(start_paused = true)]
async fn a_login_keeps_the_limit_of_its_call() {
    let world = World::new();
    let shop = logged_out_client(&world);
    assert!(shop.login(&ANN).max_body(3).await.unwrap_err().is_body_too_large());
    shop.login(&ANN).max_body(10_000).await.unwrap();
}
