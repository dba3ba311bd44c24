//! Tests retry policies that wrap the client or its transport. In each attempt made by a retry policy, the client
//! refreshes at most once and repeats the request at most once.

use std::future::{Ready, ready};

use afresh::error::{Reason, RefreshedBy};
use afresh::{Client, Error, Receipt};
use afresh_tests::{Answer, World};
use reqwest::{Request, Response};
use tower::retry::{Policy, Retry};
use tower::{ServiceExt, service_fn};

use crate::api::{ORIGIN, Shop, ShopClient, logged_in_client, order, tokens};

/// A policy that repeats a request at most twice, as long as the response has the given status.
#[derive(Clone)]
struct On(u16, usize);

impl On {
    fn status(status: u16) -> Self {
        Self(status, 2)
    }
}

impl<E> Policy<Request, Response, E> for On {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut Request, result: &mut Result<Response, E>) -> Option<Ready<()>> {
        let again = result.as_ref().is_ok_and(|answer| answer.status() == self.0) && self.1 > 0;
        again.then(|| {
            self.1 -= 1;
            ready(())
        })
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        request.try_clone()
    }
}

fn request() -> Request {
    Request::new(http::Method::GET, format!("{ORIGIN}/orders").parse().unwrap())
}

async fn retried(client: Client, policy: On) -> Result<Response, Error> {
    let service = service_fn(move |request| client.execute(request));
    Retry::new(policy, service).oneshot(request()).await
}

fn over(world: &World, policy: On) -> ShopClient {
    let issued = tokens(&world.authority.issue());
    let service = Retry::new(policy, world.service());
    ShopClient::builder(ORIGIN).transport(service).tokens(issued).build().unwrap()
}

/// E5: a policy that wraps the client does not see a refusal that the client resolves by refreshing.
#[tokio::test(start_paused = true)]
async fn a_policy_around_the_client_does_not_see_a_refreshed_refusal() {
    let world = World::new();
    world.guard(403);
    let shop = logged_in_client(&world);
    world.authority.expire();

    let answer = retried(shop.client().clone(), On::status(403)).await.unwrap();

    assert_eq!(answer.status(), 200);
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

/// E5: for a policy that wraps the client, each attempt is a separate call. The first attempt refreshes the session,
/// but later attempts do not.
#[tokio::test(start_paused = true)]
async fn a_policy_around_the_client_causes_one_refresh_and_not_three() {
    let world = World::new();
    world.stage.respond(|_| 403);
    let shop = logged_in_client(&world);

    let answer = retried(shop.client().clone(), On::status(403)).await.unwrap();

    let receipt = answer.extensions().get::<Receipt>().unwrap();
    assert_eq!(receipt.sends(), 1, "sends in the receipt");
    assert_eq!(receipt.reason(), Some(Reason::RouteForbidden));
    world.stage.assert_sends(4);
    world.authority.assert_refreshes(1);
}

/// E5, E6: if a policy wraps the transport, the client treats all attempts as one request.
#[tokio::test(start_paused = true)]
async fn a_policy_below_the_client_causes_no_third_send() {
    let world = World::new();
    let shop = over(&world, On::status(503));
    world.authority.expire();
    let (authority, stage) = (world.authority.clone(), world.stage.clone());
    world.stage.respond(move |seen| match seen.token() {
        Some(token) if authority.accepts(token) && stage.sends() < 4 => Answer::new(503),
        Some(token) if authority.accepts(token) => order(7).into(),
        _ => Answer::new(403),
    });

    let reply = shop.orders().await.unwrap();

    assert_eq!(reply.receipt().sends(), 2, "sends in the receipt");
    assert_eq!(reply.receipt().refreshed_by(), Some(RefreshedBy::ThisCall));
    world.stage.assert_sends(4);
    world.authority.assert_refreshes(1);
}

/// E5: if a policy that wraps the transport repeats refused requests, the client still refreshes only once.
#[tokio::test(start_paused = true)]
async fn a_policy_below_the_client_that_repeats_refusals_causes_one_refresh() {
    let world = World::new();
    let shop = over(&world, On::status(403));
    world.stage.respond(|_| 403);

    let error = shop.orders().await.unwrap_err();

    assert_eq!(error.reason(), Some(Reason::FreshTokenRefused));
    assert_eq!(error.receipt().unwrap().sends(), 2, "sends in the receipt");
    world.stage.assert_sends(6);
    world.authority.assert_refreshes(1);
}

/// E5: if reqwest's own retry policy repeats a request inside the transport, the client itself still sends the request
/// only twice.
#[tokio::test]
async fn a_policy_of_reqwest_causes_no_third_send() {
    let world = World::new();
    let server = world.listen().await;
    let policy = reqwest::retry::for_host("127.0.0.1").no_budget().classify_fn(|answer| {
        if answer.status() == Some(http::StatusCode::SERVICE_UNAVAILABLE) {
            answer.retryable()
        } else {
            answer.success()
        }
    });
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).retry(policy).build().unwrap();
    let issued = tokens(&world.authority.issue());
    let shop = ShopClient::builder(server.url("")).http(http).tokens(issued).build().unwrap();
    world.authority.expire();
    let (authority, stage) = (world.authority.clone(), world.stage.clone());
    world.stage.respond(move |seen| match seen.token() {
        Some(token) if authority.accepts(token) && stage.sends() < 4 => Answer::new(503),
        Some(token) if authority.accepts(token) => order(7).into(),
        _ => Answer::new(403),
    });

    let reply = shop.orders().await.unwrap();

    assert_eq!(reply.receipt().sends(), 2, "sends in the receipt");
    world.authority.assert_refreshes(1);
    world.stage.assert_sends(4);
}
