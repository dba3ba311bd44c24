//! Tests that a credential's cookies change together with its tokens, and that late responses do not overwrite newer
//! cookies.

use afresh::{Result, SessionState, api};
use afresh_tests::{Answer, AuthorityConfig, Role, Seen, World};
use serde_json::json;

use crate::api::{ANN, CookieShop, Shop, event_names, logged_in_client, logged_in_cookie_client, order};
use crate::waiting::{done, settled};

#[api]
trait Pages {
    #[public]
    #[get("/page")]
    async fn page(&self) -> Result<()>;
}

/// Returns the numbers of the access token and the refresh cookie that a request contains.
fn numbers(world: &World, seen: &Seen) -> (usize, usize) {
    let cookie = seen.cookie("refresh_token").unwrap();
    let number = (1..100).find(|number| world.authority.refresh(*number) == cookie).unwrap();
    (world.authority.number_of(seen.token().unwrap()).unwrap(), number)
}

/// P3: a refresh replaces the access token and the refresh cookie together, so no request combines an old value with a
/// new one.
#[tokio::test(start_paused = true)]
async fn the_refresh_cookie_and_the_access_token_change_together() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard_with(403, |_| order(7));
    let shop = logged_in_cookie_client(&world).await;
    for generation in 2..6 {
        world.authority.expire();
        let calls: Vec<_> = (0..64).map(|_| tokio::spawn(shop.order(7))).collect();
        for call in calls {
            done(call).await.unwrap();
        }
        world.authority.assert_refreshes(generation - 1);
    }
    let sends = world.stage.log();
    assert_eq!(sends.len(), 4 * 128);
    assert!(sends.iter().all(|seen| matches!(numbers(&world, seen), (access, cookie) if access == cookie)));
    let presented: Vec<_> = world
        .authority
        .requests(Role::Refresh)
        .iter()
        .map(|seen| seen.cookie("refresh_token").unwrap().to_owned())
        .collect();
    assert_eq!(
        presented,
        [1, 2, 3, 4].map(|number| world.authority.refresh(number)),
        "refresh tokens of the requests"
    );
}

/// P3: if the server refuses the refresh cookie, the session ends, and its cookies are no longer sent.
#[tokio::test(start_paused = true)]
async fn a_refused_refresh_cookie_ends_the_session() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard_with(403, |_| order(7));
    let shop = logged_in_cookie_client(&world).await;
    let mut events = shop.session().events();
    world.authority.revoke();
    for _ in 0..3 {
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
    }
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
    assert_eq!(event_names(&mut events), ["expired"]);
    shop.login(&ANN).await.unwrap();
    assert_eq!(world.authority.requests(Role::Login)[1].header("cookie"), None);
    assert_eq!(shop.order(7).await.unwrap().id, 7);
}

/// P3: a logout during a refresh removes all cookies, including those set by the refresh response.
#[tokio::test(start_paused = true)]
async fn a_logout_during_a_refresh_leaves_no_cookie() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = logged_in_cookie_client(&world).await;
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    shop.logout().await.unwrap();
    exchange.release();
    assert!(done(call).await.unwrap_err().is_no_session());
    settled().await;
    world.stage.respond(|_| 500);
    assert!(shop.order(7).await.unwrap_err().is_no_session(), "no cookie is left that could start a session");
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
    assert_eq!(
        world.authority.requests(Role::Logout)[0].cookie("refresh_token"),
        Some(&*world.authority.refresh(1))
    );
}

/// P4: a client whose refresh needs a cookie stores cookies itself, even if its transport has no cookie jar. A client
/// whose refresh does not need a cookie does not store cookies.
#[tokio::test(start_paused = true)]
async fn cookies_are_kept_if_and_only_if_the_refresh_needs_them() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard_with(403, |_| Answer::from(order(7)).header("set-cookie", "theme=dark; Path=/"));
    let shop = logged_in_cookie_client(&world).await;
    world.authority.expire();
    shop.order(7).await.unwrap();
    shop.order(7).await.unwrap();
    assert_eq!(world.stage.log()[2].cookie("theme"), Some("dark"));

    let plain = World::new();
    plain.guard_with(403, |_| Answer::from(order(7)).header("set-cookie", "theme=dark; Path=/"));
    let shop = logged_in_client(&plain);
    for _ in 0..2 {
        shop.order(7).await.unwrap();
    }
    assert!(plain.stage.log().iter().all(|seen| seen.header("cookie").is_none()));
}

/// P6: a late response to a call that sent an old cookie does not overwrite the newer cookie. A response to a call that
/// sent the current cookie can replace the cookie.
#[tokio::test(start_paused = true)]
async fn a_late_answer_does_not_overwrite_a_newer_cookie() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = logged_in_cookie_client(&world).await;
    let old = |status| Answer::new(status).header("set-cookie", "refresh_token=old; Path=/");
    let [late, refreshes] = [1, 2].map(|id| tokio::spawn(shop.order(id)));
    let mut arrivals = world.stage.arrivals(2).await;
    arrivals.pop().unwrap().answer(403);
    world.stage.arrival().await.answer_with(order(2));
    done(refreshes).await.unwrap();
    arrivals.pop().unwrap().answer_with(old(404));
    done(late).await.unwrap_err();
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    shop.order(7).await.unwrap();
    assert_eq!(
        world.authority.requests(Role::Refresh)[1].cookie("refresh_token"),
        Some(&*world.authority.refresh(2))
    );

    world.stage.respond(move |_| old(404));
    shop.order(7).await.unwrap_err();
    world.stage.respond(|_| 404);
    shop.order(7).await.unwrap_err();
    assert_eq!(
        world.stage.log().last().unwrap().cookie("refresh_token"),
        Some("old"),
        "a response to a call with the current cookie can replace it"
    );
}

/// P6: if a call to a `#[public]` method was sent before a refresh, its late response does not overwrite the newer
/// cookie.
#[tokio::test(start_paused = true)]
async fn a_late_public_answer_does_not_overwrite_a_newer_cookie() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = logged_in_cookie_client(&world).await;
    let pages = PagesClient::new(shop.client().clone());
    let late = tokio::spawn(pages.page());
    let page = world.stage.arrival().await;
    shop.session().refresh().await.unwrap();
    page.answer_with(Answer::new(200).header("set-cookie", "refresh_token=old; Path=/"));
    done(late).await.unwrap();
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    shop.order(7).await.unwrap();
    assert_eq!(
        world.authority.requests(Role::Refresh)[1].cookie("refresh_token"),
        Some(&*world.authority.refresh(2))
    );
}

/// P6, J1: a cookie in a response that arrives after a logout is discarded.
#[tokio::test(start_paused = true)]
async fn a_late_answer_leaves_no_cookie_after_a_logout() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = logged_in_cookie_client(&world).await;
    let pages = PagesClient::new(shop.client().clone());
    let order = tokio::spawn(shop.order(7));
    let page = tokio::spawn(pages.page());
    let arrivals = world.stage.arrivals(2).await;
    shop.session().clear().await.unwrap();
    let cookie = format!("refresh_token={}; Path=/", world.authority.refresh(1));
    for arrival in arrivals {
        arrival.answer_with(Answer::json(200, json!({ "id": 7 })).header("set-cookie", &cookie));
    }
    done(order).await.unwrap();
    done(page).await.unwrap();
    world.stage.respond(|_| 500);
    assert!(shop.order(7).await.unwrap_err().is_no_session());
    world.authority.assert_refreshes(0);
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}

/// P6: a cookie that another response sets during a refresh is kept after the refresh.
#[tokio::test(start_paused = true)]
async fn a_cookie_that_arrives_during_a_refresh_is_kept() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = logged_in_cookie_client(&world).await;
    world.authority.hold(Role::Refresh);
    let [good, refreshes] = [1, 2].map(|id| tokio::spawn(shop.order(id)));
    let mut arrivals = world.stage.arrivals(2).await;
    arrivals.pop().unwrap().answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    arrivals.pop().unwrap().answer_with(Answer::from(order(1)).header("set-cookie", "csrf=c1; Path=/"));
    done(good).await.unwrap();
    exchange.release();
    let replay = world.stage.arrival().await;
    assert_eq!(replay.cookie("refresh_token"), Some(&*world.authority.refresh(2)));
    assert_eq!(replay.cookie("csrf"), Some("c1"));
    replay.answer_with(order(2));
    done(refreshes).await.unwrap();
}
