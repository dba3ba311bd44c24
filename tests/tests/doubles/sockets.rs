//! Tests the fake servers on loopback sockets with a plain reqwest client.

use afresh_tests::{Answer, Origins, RequestState, Stage, World};
use serde_json::json;

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn a_stage_works_the_same_on_a_socket() {
    let stage = Stage::new();
    let server = stage.listen().await;
    let request = client().post(server.url("/orders?page=1")).header("authorization", "bare").body("7");
    let call = tokio::spawn(request.send());
    let arrival = stage.arrival().await;
    assert_eq!((arrival.method(), arrival.path(), arrival.query()), ("POST", "/orders", Some("page=1")));
    assert_eq!(
        (arrival.token(), arrival.body().as_ref()),
        (Some("bare"), b"7".as_slice()),
        "access token and body of the request"
    );
    assert_eq!(arrival.origin(), server.base_url);
    arrival.answer_json(201, json!({ "id": 7 }));

    let response = call.await.unwrap().unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.content_length(), Some(8));
    assert_eq!(response.text().await.unwrap(), r#"{"id":7}"#);
}

#[tokio::test]
async fn a_failure_breaks_the_connection() {
    let stage = Stage::new();
    let server = stage.listen().await;
    stage.respond(|seen| match seen.path() {
        "/reset" => Answer::reset(),
        _ => Answer::text(200, "half").then_break(),
    });
    assert!(client().get(server.url("/reset")).send().await.is_err());
    let half = client().get(server.url("/half")).send().await.unwrap();
    assert!(half.bytes().await.is_err());
}

#[tokio::test]
async fn a_caller_that_disconnects_is_noticed() {
    let stage = Stage::new();
    let server = stage.listen().await;
    let call = tokio::spawn(client().get(server.url("/gone")).send());
    let mut arrival = stage.arrival().await;
    call.abort();
    arrival.abandoned().await;
    assert_eq!(arrival.state(), RequestState::Abandoned);

    let call = tokio::spawn(client().get(server.url("/stays")).send());
    stage.arrival().await.answer(204);
    assert_eq!(call.await.unwrap().unwrap().status(), 204);
}

#[tokio::test]
async fn dropping_the_server_closes_the_socket_and_its_connections() {
    let stage = Stage::new();
    let server = stage.listen().await;
    let url = server.url("/");
    let call = tokio::spawn(client().get(&url).send());
    let mut arrival = stage.arrival().await;
    drop(server);
    assert!(call.await.unwrap().is_err());
    arrival.abandoned().await;
    assert!(client().get(&url).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn connections_are_counted() {
    let stage = Stage::new();
    stage.respond(|_| Answer::text(200, "body"));
    let server = stage.listen().await;
    let client = client();
    for _ in 0..3 {
        client.get(server.url("/")).send().await.unwrap().bytes().await.unwrap();
    }
    stage.assert_sends(3);
    assert_eq!(server.connections(), 1, "opened connections");
}

#[tokio::test]
async fn a_world_on_one_socket_and_another_origin_on_another() {
    let (world, elsewhere) = (World::new(), Stage::new());
    elsewhere.respond(|_| 204);
    let (here, there) = (world.listen().await, elsewhere.listen().await);
    let target = there.url("/landed");
    world.stage.respond(move |_| Answer::redirect(&target));
    let call = client().get(here.url("/orders")).header("authorization", "Bearer secret");
    assert_eq!(call.send().await.unwrap().status(), 204);
    assert_eq!(world.stage.log()[0].token(), Some("secret"));
    assert_eq!(
        (elsewhere.routes(), elsewhere.log()[0].token()),
        (vec!["GET /landed".to_owned()], None),
        "routes at the target, and the token of the first request"
    );

    let login = client().post(here.url("/api/user/login")).body("{}").send().await.unwrap();
    assert!(login.text().await.unwrap().contains(&world.authority.access(1)));
}

#[tokio::test]
async fn several_hosts_share_a_socket() {
    let (shop, evil) = (Stage::new(), Stage::new());
    shop.respond(|_| 200);
    evil.respond(|_| 204);
    let server = Origins::new().at("shop.test", shop).at("evil.test", evil).listen().await;
    let (address, port) = (server.address(), server.address().port());
    let client =
        reqwest::Client::builder().no_proxy().resolve("shop.test", address).resolve("evil.test", address);
    let client = client.build().unwrap();
    for (host, status) in [("shop.test", 200), ("evil.test", 204)] {
        assert_eq!(client.get(format!("http://{host}:{port}/")).send().await.unwrap().status(), status);
    }
}
