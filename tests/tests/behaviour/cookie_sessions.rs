//! Sessions without any access token: cookies are the credential.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use afresh::{CookieSession, Result, SessionState, api};
use afresh_tests::{Answer, Conduct, Knobs, Role, World};

use crate::api::{ANN, Credentials, ORIGIN, Order, happened, order};
use crate::lane::Reaching;
use crate::witness::{done, quiet};

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

/// The number of the cookie from which on the forum accepts one.
type Good = Arc<AtomicUsize>;

async fn member() -> (World, ForumClient, Good) {
    let world = World::with(Knobs::seed());
    let good = Good::new(AtomicUsize::new(1));
    let (authority, least) = (world.authority.clone(), good.clone());
    world.stage.respond(move |seen| {
        let cookie = seen.cookie("refresh_token").map(str::to_owned);
        let known =
            (least.load(Ordering::Relaxed)..50).any(|number| Some(authority.refresh(number)) == cookie);
        if known { Answer::from(order(7)) } else { Answer::new(403) }
    });
    let forum = ForumClient::builder(ORIGIN).reaching(world.clone()).build().unwrap();
    forum.login(&ANN).await.unwrap();
    (world, forum, good)
}

/// P5: no header, one cookie; a refused one is refreshed once for everybody, and the calls are sent again.
#[tokio::test(start_paused = true)]
async fn a_session_can_be_its_cookies_alone() {
    let (world, forum, good) = member().await;
    let mut events = forum.session().events();
    forum.order(7).await.unwrap();
    assert_eq!((forum.session().state(), world.authority.posts()), (SessionState::LoggedIn, 0));
    for generation in 2..5 {
        good.store(generation, Ordering::Relaxed);
        let calls: Vec<_> = (0..16).map(|_| tokio::spawn(forum.order(7))).collect();
        for call in calls {
            done(call).await.unwrap();
        }
        assert_eq!(world.authority.posts(), generation - 1);
    }
    assert_eq!(happened(&mut events), ["refreshed"; 3]);
    assert!(world.log().iter().all(|seen| seen.header("authorization").is_none()));
    assert!(forum.session().tokens().unwrap().access_token().is_none());
    world.authority.assert_nothing_spent_twice();
}

/// P5, B3, B4: the generation counts refreshes and not tokens: a late refusal is sent again, and refreshes nothing.
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
    assert_eq!(world.authority.posts(), 2);
    world.authority.assert_nothing_spent_twice();
}

/// P5: a server that extends the old cookie answers with a success and sets none: that is a refresh too.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_sets_no_cookie_is_a_refresh() {
    let (world, forum, _) = member().await;
    world.stage.park();
    for empty in [Answer::new(204), Answer::new(200), Answer::text(200, "extended")] {
        world.authority.next(Role::Refresh, Conduct::instead(empty));
        let call = tokio::spawn(forum.order(7));
        world.stage.arrival().await.answer(403);
        let replay = world.stage.arrival().await;
        assert_eq!(replay.cookie("refresh_token"), Some(&*world.authority.refresh(1)));
        replay.answer_with(order(7));
        done(call).await.unwrap();
    }
    assert_eq!(world.authority.posts(), 3);
}

/// P5, C1: a page that is not for this user costs one refresh, like with a token.
#[tokio::test(start_paused = true)]
async fn a_forbidden_page_costs_one_refresh() {
    let (world, forum, _) = member().await;
    world.stage.respond(|_| 403);
    for _ in 0..20 {
        assert_eq!(forum.order(7).await.unwrap_err().status().unwrap(), 403);
    }
    assert_eq!(world.authority.posts(), 1);
    assert_eq!(forum.session().state(), SessionState::LoggedIn);
    world.authority.assert_nothing_spent_twice();
}

/// P5, D4: a refused cookie ends the session; a logout takes it along and leaves none.
#[tokio::test(start_paused = true)]
async fn a_cookie_session_ends_like_any_other() {
    let (world, forum, good) = member().await;
    let mut events = forum.session().events();
    world.authority.revoke();
    good.store(9, Ordering::Relaxed);
    for _ in 0..3 {
        assert!(forum.order(7).await.unwrap_err().is_session_expired());
    }
    assert_eq!((world.authority.posts(), happened(&mut events)), (1, vec!["expired"]));

    forum.login(&ANN).await.unwrap();
    forum.logout().await.unwrap();
    assert_eq!(
        world.authority.requests(Role::Logout)[0].cookie("refresh_token"),
        Some(&*world.authority.refresh(2))
    );
    let sends = world.stage.sends();
    assert!(forum.order(7).await.unwrap_err().is_no_session());
    quiet().await;
    assert_eq!(world.stage.sends(), sends);
    world.authority.assert_nothing_spent_twice();
}

#[api]
trait Plain {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<CookieSession>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

/// P5, D18: without a way to refresh, the cookie slides with each answer, and a refusal is the call's answer.
#[tokio::test(start_paused = true)]
async fn a_cookie_session_without_a_refresh_keeps_its_cookies() {
    let world = World::with(Knobs::seed());
    let plain = PlainClient::builder(ORIGIN).reaching(world.clone()).build().unwrap();
    assert!(plain.order(7).await.unwrap_err().is_no_session());
    plain.login(&ANN).await.unwrap();
    world.stage.respond(|_| Answer::from(order(7)).header("set-cookie", "refresh_token=slid; Path=/"));
    plain.order(7).await.unwrap();
    plain.order(7).await.unwrap();
    let cookies: Vec<_> =
        world.stage.log().iter().map(|seen| seen.cookie("refresh_token").unwrap().to_owned()).collect();
    assert_eq!(cookies, [world.authority.refresh(1), "slid".to_owned()]);
    world.stage.respond(|_| 401);
    assert_eq!(plain.order(7).await.unwrap_err().status().unwrap(), 401);
    assert_eq!(world.authority.posts(), 0);
}
