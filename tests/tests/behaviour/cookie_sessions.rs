//! Tests sessions that have no access token and use cookies as the credential.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use afresh::{CookieSession, Result, SessionState, api};
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, Stage, World};

use crate::api::{ANN, Credentials, ORIGIN, Order, event_names, order};
use crate::transports::ConnectTo;
use crate::waiting::{done, settled};

#[api]
trait Forum {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<CookieSession>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<CookieSession>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

/// The number of the oldest refresh cookie that the server accepts.
type Good = Arc<AtomicUsize>;

async fn member() -> (World, ForumClient, Good) {
    let world = World::with(AuthorityConfig::cookie());
    let good = Good::new(AtomicUsize::new(1));
    let (authority, least) = (world.authority.clone(), good.clone());
    world.stage.respond(move |seen| {
        let cookie = seen.cookie("refresh_token").map(str::to_owned);
        let known =
            (least.load(Ordering::Relaxed)..50).any(|number| Some(authority.refresh(number)) == cookie);
        if known { Answer::from(order(7)) } else { Answer::new(403) }
    });
    let forum = ForumClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    forum.login(&ANN).await.unwrap();
    (world, forum, good)
}

/// P5: in a session that has only a cookie, concurrent refused calls share one refresh and are sent again.
#[tokio::test(start_paused = true)]
async fn a_session_can_consist_of_cookies_alone() {
    let (world, forum, good) = member().await;
    let mut events = forum.session().events();
    forum.order(7).await.unwrap();
    assert_eq!(forum.session().state(), SessionState::LoggedIn);
    world.authority.assert_refreshes(0);
    for generation in 2..5 {
        good.store(generation, Ordering::Relaxed);
        let calls: Vec<_> = (0..16).map(|_| tokio::spawn(forum.order(7))).collect();
        for call in calls {
            done(call).await.unwrap();
        }
        world.authority.assert_refreshes(generation - 1);
    }
    assert_eq!(event_names(&mut events), ["refreshed"; 3]);
    assert!(world.log().iter().all(|seen| seen.header("authorization").is_none()));
    assert!(forum.session().tokens().unwrap().access_token().is_none());
}

/// P5, B3, B4: if a call's old cookie is refused after a refresh, the call is sent again with the newer cookie and
/// without another refresh.
#[tokio::test(start_paused = true)]
async fn a_late_refusal_of_an_old_cookie_takes_the_newer_one() {
    let (world, forum, good) = member().await;
    world
        .stage
        .respond(|seen| if seen.path() == "/orders/1" { Answer::park() } else { Answer::from(order(7)) });
    let late = tokio::spawn(forum.order(1));
    let parked = world.stage.arrival().await;
    good.store(2, Ordering::Relaxed);
    for _ in 0..2 {
        forum.session().refresh().await.unwrap();
    }
    parked.answer(403);
    let replay = world.stage.arrival().await;
    assert_eq!(replay.cookie("refresh_token"), Some(&*world.authority.refresh(3)));
    replay.answer_with(order(1));
    done(late).await.unwrap();
    world.authority.assert_refreshes(2);
}

/// P5: if a successful refresh response does not set a cookie, the client keeps using the old cookie.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_sets_no_cookie_is_a_success() {
    let (world, forum, _) = member().await;
    world.stage.park();
    for empty in [Answer::new(204), Answer::new(200), Answer::text(200, "extended")] {
        world.authority.next(Role::Refresh, Handling::instead(empty));
        let call = tokio::spawn(forum.order(7));
        world.stage.arrival().await.answer(403);
        let replay = world.stage.arrival().await;
        assert_eq!(replay.cookie("refresh_token"), Some(&*world.authority.refresh(1)));
        replay.answer_with(order(7));
        done(call).await.unwrap();
    }
    world.authority.assert_refreshes(3);
}

/// P5, C1: repeated calls that the server forbids cause only one refresh in total.
#[tokio::test(start_paused = true)]
async fn a_forbidden_page_costs_one_refresh() {
    let (world, forum, _) = member().await;
    world.stage.respond(|_| 403);
    for _ in 0..20 {
        assert_eq!(forum.order(7).await.unwrap_err().status().unwrap(), 403);
    }
    world.authority.assert_refreshes(1);
    assert_eq!(forum.session().state(), SessionState::LoggedIn);
}

/// P5, D4: a refused refresh ends the session, and a logout removes the cookie.
#[tokio::test(start_paused = true)]
async fn a_cookie_session_ends_like_any_other() {
    let (world, forum, good) = member().await;
    let mut events = forum.session().events();
    world.authority.revoke();
    good.store(9, Ordering::Relaxed);
    for _ in 0..3 {
        assert!(forum.order(7).await.unwrap_err().is_session_expired());
    }
    world.authority.assert_refreshes(1);
    assert_eq!(event_names(&mut events), vec!["expired"]);

    forum.login(&ANN).await.unwrap();
    forum.logout().await.unwrap();
    assert_eq!(
        world.authority.requests(Role::Logout)[0].cookie("refresh_token"),
        Some(&*world.authority.refresh(2))
    );
    let sends = world.stage.sends();
    assert!(forum.order(7).await.unwrap_err().is_no_session());
    settled().await;
    world.stage.assert_sends(sends);
}

#[api]
trait Plain {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<CookieSession>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

/// P5, D18: in a session without a refresh method, any response can replace the cookie, and a refused call returns the
/// refusal.
#[tokio::test(start_paused = true)]
async fn a_cookie_session_without_a_refresh_keeps_its_cookies() {
    let world = World::with(AuthorityConfig::cookie());
    let plain = PlainClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    assert!(plain.order(7).await.unwrap_err().is_no_session());
    plain.login(&ANN).await.unwrap();
    world.stage.respond(|_| Answer::from(order(7)).header("set-cookie", "refresh_token=slid; Path=/"));
    plain.order(7).await.unwrap();
    plain.order(7).await.unwrap();
    let cookies: Vec<_> =
        world.stage.log().iter().map(|seen| seen.cookie("refresh_token").unwrap().to_owned()).collect();
    assert_eq!(cookies, [world.authority.refresh(1), "slid".to_owned()], "cookies of the requests");
    world.stage.respond(|_| 401);
    assert_eq!(plain.order(7).await.unwrap_err().status().unwrap(), 401);
    world.authority.assert_refreshes(0);
}

/// Returns a fake server and a client that is logged in to it. The server sets a refresh cookie with the given
/// attributes.
async fn shop_with_cookie(attributes: &'static str) -> (World, crate::api::CookieShopClient) {
    let world = World::with(AuthorityConfig { cookie_attributes: attributes, ..AuthorityConfig::cookie() });
    world.guard_with(403, |_| order(7));
    let shop = crate::api::logged_in_cookie_client(&world).await;
    (world, shop)
}

/// W2: once the refresh cookie has expired, the next refresh ends the session without sending a request. The test waits
/// in real time, because cookie expiration uses the wall clock, which cannot be paused.
#[tokio::test]
async fn a_refresh_cookie_that_has_run_out_ends_the_session() {
    let (world, shop) = shop_with_cookie("; Path=/; Max-Age=1").await;
    let mut events = shop.session().events();
    world.authority.expire();
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    assert!(shop.session().refresh().await.unwrap_err().is_session_expired());
    for _ in 0..2 {
        let error = crate::api::CookieShop::order(&shop, 7).await.unwrap_err();
        assert!(error.is_session_expired(), "{error:?}");
    }
    assert_eq!(shop.session().state(), SessionState::Expired);
    assert_eq!(event_names(&mut events), ["expired"]);
    world.authority.assert_refreshes(0);
}

/// W2: an expired refresh cookie also ends a session that was restored from a store.
#[tokio::test]
async fn a_refresh_cookie_that_has_run_out_ends_the_session_after_a_restart() {
    let world = World::with(AuthorityConfig {
        cookie_attributes: "; Path=/; Max-Age=1",
        ..AuthorityConfig::cookie()
    });
    world.guard_with(403, |_| order(7));
    let store = crate::fake_store::FakeStore::new();
    let client = || {
        let builder =
            crate::api::CookieShopClient::builder(ORIGIN).connect_to(world.clone()).store(store.clone());
        builder.build().unwrap()
    };
    crate::api::CookieShop::login(&client(), &ANN).await.unwrap();
    world.authority.expire();
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    let shop = client();
    let mut events = shop.session().events();
    let error = crate::api::CookieShop::order(&shop, 7).await.unwrap_err();
    assert!(error.is_session_expired(), "{error:?}");
    assert_eq!(shop.session().state(), SessionState::Expired);
    assert!(event_names(&mut events).contains(&"expired"));
    world.authority.assert_refreshes(0);
}

/// W3: a session that has only a cookie is refreshed before the cookie expires.
#[tokio::test(start_paused = true)]
async fn a_session_of_one_cookie_is_renewed_ahead_of_time() {
    let world = World::with(AuthorityConfig {
        cookie_attributes: "; Path=/; Max-Age=10",
        ..AuthorityConfig::cookie()
    });
    world.stage.respond(|_| order(7));
    let forum = ForumClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    forum.login(&ANN).await.unwrap();
    assert_eq!(forum.session().tokens().unwrap().expires_in(), Some(std::time::Duration::from_secs(10)));
    for _ in 0..60 {
        forum.order(7).await.unwrap();
        settled().await;
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
    }
    let refreshes = world.authority.refreshes();
    assert!((6..=8).contains(&refreshes), "{refreshes} refreshes in a minute");
    world.stage.assert_sends(60);
}

/// W19: a `#[refresh]` method without parameters is called even if the session has no cookie, because a header can
/// authenticate the request.
#[tokio::test(start_paused = true)]
async fn a_refresh_without_parameters_is_called_in_a_session_without_cookies() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let issued = world.authority.issue();
    let builder =
        KeyedClient::builder(ORIGIN).connect_to(world.clone()).tokens(afresh::Tokens::new(&*issued.access));
    let keyed = builder.header("x-key", "k").build().unwrap();
    world.authority.expire();
    let next = serde_json::json!({ "access_token": world.authority.issue().access });
    world.authority.next(Role::Refresh, Handling::instead((200, next)));
    keyed.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    assert_eq!(world.authority.requests(Role::Refresh)[0].header("x-key"), Some("k"));
}

#[api]
trait Keyed {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<afresh::Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

#[tokio::test(start_paused = true)]
async fn a_session_survives_a_new_cookie_with_every_refresh() {
    for path in ["/", "/api/user/refresh_token"] {
        let (stage, refreshes, valid) = (Stage::new(), AtomicUsize::new(0), AtomicBool::new(false));
        stage.respond(move |seen| match seen.path() {
            "/api/user/login" => Answer::new(204).header("set-cookie", &format!("session=1; Path={path}")),
            "/api/user/refresh_token" if seen.cookie("session") == Some("1") => {
                valid.store(true, Ordering::Relaxed);
                let number = refreshes.fetch_add(1, Ordering::Relaxed);
                Answer::new(204).header("set-cookie", &format!("nonce{number}=1; Path=/"))
            }
            // The server accepts only one call after each refresh.
            _ if valid.swap(false, Ordering::Relaxed) => {
                Answer::from(order(7)).header("set-cookie", "seen=1; Path=/")
            }
            _ => Answer::new(401),
        });
        let forum = ForumClient::builder(ORIGIN).connect_to(stage).build().unwrap();
        forum.login(&ANN).await.unwrap();
        for number in 0..200 {
            forum.order(7).await.unwrap_or_else(|error| panic!("{path}, call {number}: {error}"));
        }
    }
}
