//! Tests `World` and `Origins`, which put several fake servers behind one transport.

use afresh_tests::{Answer, AuthorityConfig, LogEntry, Origins, Role, Stage, World};
use serde_json::json;
use tower::ServiceExt;

use super::{get, get_as, json, post, request, send};

#[tokio::test(start_paused = true)]
async fn a_world_routes_token_paths_to_the_authority_and_all_others_to_the_stage() {
    let world = World::new();
    let service = world.service();
    let login = service.clone().oneshot(post("/api/user/login", json!({}))).await.unwrap();
    let call = send(&service, get_as("stale", "/orders/7"));
    world.stage.arrival().await.answer(403);
    drop(call.await);

    assert_eq!(json(login).await["access_token"], json!(world.authority.access(1)));
    assert_eq!(world.routes(), ["POST /api/user/login", "GET /orders/7"]);
    world.stage.assert_sends(1);
    world.authority.assert_logins(1);
    assert_eq!(world.stage.log()[0].number(), 1);
    let expected = [
        LogEntry::Arrived(0),
        LogEntry::Answered(0, 200),
        LogEntry::Arrived(1),
        LogEntry::Answered(1, 403),
        LogEntry::BodyDropped(1),
        LogEntry::BodyRead(0),
    ];
    assert_eq!(world.history(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_guarded_world_accepts_the_current_token_only() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard_with(403, |seen| Answer::text(200, seen.path()));
    let issued = world.authority.issue();
    let fetch = |token: &str| world.service().oneshot(get_as(token, "/orders/7"));
    let response = fetch(&issued.access).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "/orders/7");
    assert_eq!(fetch("another").await.unwrap().status(), 403);
    world.authority.expire();
    assert_eq!(fetch(&issued.access).await.unwrap().status(), 403);
    assert_eq!(world.service().oneshot(get("/")).await.unwrap().status(), 403);
}

#[tokio::test(start_paused = true)]
async fn the_paths_of_the_authority_can_be_changed() {
    let paths = ["/auth/in", "/auth/again", "/auth/out"];
    let world = World::with(AuthorityConfig { paths, ..AuthorityConfig::default() });
    world.service().oneshot(post("/auth/in", json!({}))).await.unwrap();
    assert_eq!(world.authority.requests(Role::Login).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn origins_are_distinguished_by_scheme_host_and_port() {
    let (shop, plain, anywhere) = (Stage::new(), Stage::new(), Stage::new());
    let origins = Origins::new()
        .at("https://shop.test", shop.clone())
        .at("http://shop.test", plain.clone())
        .at("evil.test", anywhere.clone());
    for stage in [&shop, &plain, &anywhere] {
        stage.respond(|_| 204);
    }
    let fetch = |url: &str| origins.service().oneshot(request("GET", url));
    for url in ["https://shop.test/a", "http://shop.test/b", "https://evil.test:8443/c", "http://evil.test/d"]
    {
        assert_eq!(fetch(url).await.unwrap().status(), 204);
    }
    assert_eq!(
        fetch("https://shop.test:8443/").await.unwrap_err().to_string(),
        "cannot connect to https://shop.test:8443"
    );
    assert_eq!(
        (shop.routes(), plain.routes()),
        (vec!["GET /a".to_owned()], vec!["GET /b".to_owned()]),
        "routes at the `https` origin and at the `http` origin"
    );
    anywhere.assert_sends(2);
}
