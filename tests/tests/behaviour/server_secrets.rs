//! Tests that no string produced by the runtime contains a secret that a server sends: in a header, in a map key, in a
//! long body, or in the description of an error.

use std::collections::HashMap;
use std::time::Duration;

use afresh::{Events, Pages, Result, Tokens, api};
use afresh_tests::{Answer, Handling, Origins, Role, Stage, World};
use serde_json::json;

use crate::api::{ORIGIN, Shop, logged_in_client};
use crate::transcript::Transcript;
use crate::transports::ConnectTo;

/// U4: the error that a failed refresh returns contains only the token endpoint's status and error code.
#[tokio::test(start_paused = true)]
async fn an_error_holds_only_the_status_and_code_of_the_token_endpoint() {
    let world = World::new();
    world.stage.respond(|_| Answer::text(403, "expired"));
    let shop = logged_in_client(&world);
    let codes = [(503, "temporarily_unavailable"), (400, "invalid_grant")];
    for (status, code) in codes {
        let body = json!({ "error": code, "error_description": "the-description" });
        world
            .authority
            .next(Role::Refresh, Handling::instead(Answer::json(status, body).header("x-h", "the-header")));
        let error = shop.order(7).await.unwrap_err();
        let mut said = Transcript::default();
        said.fault(&error);
        assert!(said.0.contains(code) && said.0.contains(&status.to_string()), "{}", said.0);
        said.assert_silent_about("the-description");
        said.assert_silent_about("the-header");
        assert_eq!(error.body().unwrap(), "expired", "the error has the body of the response to the call");
        tokio::time::advance(Duration::from_secs(2)).await;
    }
}

#[api]
trait Linked {
    #[get("/orders/{id}")]
    async fn order(&self, id: &str, #[query] q: &str) -> Result<u64>;

    #[get("/by-key")]
    async fn by_key(&self) -> Result<HashMap<String, u64>>;

    #[post("/orders")]
    async fn place(&self, #[json("password")] password: &str) -> Result<u64>;

    #[pages(link)]
    #[get("/pages")]
    async fn pages(&self) -> Result<Pages<Vec<u64>>>;

    #[get("/events")]
    async fn events(&self) -> Result<Events<HashMap<String, u64>>>;
}

/// Returns responses that contain the secret in each header that can contain a URL or an error description.
fn linked_answers(secret: &str) -> Vec<Answer> {
    let places = [
        format!("https://evil.test/{secret}?key={secret}#{secret}"),
        format!("https://{secret}:{secret}@evil.test/?key={secret}"),
        format!("/elsewhere?key={secret}"),
        format!("ftp://evil.test/?key={secret}"),
        format!("https://[{secret}/"),
    ];
    let statuses = [200, 301, 302, 303, 307, 308, 401, 403, 500];
    let all = places.iter().flat_map(|place| statuses.map(|status| (place, status)));
    let all = all.map(|(place, status)| {
        Answer::json(status, json!({ secret: secret }))
            .header("location", place)
            .header("link", &format!("<{place}>; rel=\"next\"; title=\"{secret}\""))
            .header(
                "www-authenticate",
                &format!("Bearer realm=\"{secret}\", error=\"{secret}\", scope=\"{secret}\""),
            )
            .header(
                "www-authenticate",
                &format!("DPoP error=\"use_dpop_nonce\", error_description=\"{secret}\""),
            )
            .header("dpop-nonce", secret)
            .header("retry-after", secret)
    });
    all.collect()
}

/// U3: no error or Debug output contains values that the server sends in `Location`, `Link`, `WWW-Authenticate`, map
/// keys or long bodies.
#[tokio::test(start_paused = true)]
async fn no_text_contains_the_urls_of_a_server() {
    let secret = World::new().authority.canary();
    let mut said = Transcript::default();
    for answer in linked_answers(&secret) {
        for (max_body, follow_to) in [(usize::MAX, "https://other.test"), (1, "https://evil.test")] {
            let world = World::new();
            let elsewhere = answer.clone();
            let origins = Origins::new().at(ORIGIN, world.clone()).at("evil.test", {
                let stage = Stage::new();
                stage.respond(move |_| elsewhere.clone());
                stage
            });
            let client =
                LinkedClient::builder(ORIGIN).connect_to(origins).max_body(max_body).follow_to([follow_to]);
            let client = client.tokens(Tokens::new(&*secret)).header("x-api-key", &*secret).build().unwrap();
            let mut events = client.session().events();
            let answer = answer.clone();
            world.stage.respond(move |_| answer.clone());
            said.outcome(client.order(&secret, &secret).await);
            said.outcome(client.by_key().await.map(|map| map.len()));
            said.outcome(client.place(&secret).await);
            match client.pages().await {
                Ok(mut pages) => {
                    said.debug(&pages);
                    while let Some(page) = pages.next().await {
                        said.outcome(page);
                    }
                }
                Err(error) => said.fault(&error),
            }
            match client.events().await {
                Ok(mut events) => {
                    said.debug(&events);
                    said.outcome(events.next().await.transpose().map(|event| event.is_some()));
                }
                Err(error) => said.fault(&error),
            }
            said.debug((&client, client.session(), client.session().tokens()));
            while let Some(event) = events.try_next() {
                said.event(&event);
            }
        }
    }
    for kind in ["Decode", "Transport", "Status", "BodyTooLarge"] {
        assert!(said.0.contains(&format!("kind: {kind}")), "no error of kind {kind} has occurred");
    }
    assert!(said.0.len() > 100_000, "{} bytes of text", said.0.len());
    said.assert_silent_about(&secret);
}
