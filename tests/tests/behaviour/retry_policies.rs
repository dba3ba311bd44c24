//! Retry policies around the client and below it. Each attempt of a policy causes at most one refresh and one repeated
//! request.

use std::future::{Ready, ready};

use afresh::error::{Reason, RefreshedBy};
use afresh::{Client, Error, Receipt};
use afresh_tests::{Answer, World};
use reqwest::{Request, Response};
use tower::retry::{Policy, Retry};
use tower::{ServiceExt, service_fn};

use crate::api::{ORIGIN, Shop, ShopClient, logged_in_client, order, tokens};

/// A policy that sends a request at most three times while the response has this status.
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

/// Runs a request with the policy around the client.
async fn retried(client: Client, policy: On) -> Result<Response, Error> {
    let service = service_fn(move |request| client.execute(request));
    Retry::new(policy, service).oneshot(request()).await
}

/// Returns a client that sends its requests through the policy.
fn over(world: &World, policy: On) -> ShopClient {
    let issued = tokens(&world.authority.issue());
    let service = Retry::new(policy, world.service());
    ShopClient::builder(ORIGIN).transport(service).tokens(issued).build().unwrap()
}

/// E5: a policy around the client does not see a refusal that the client resolves by a refresh.
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

/// E5: each attempt of a policy around the client is a separate call to the client. The first attempt refreshes, and
/// later attempts start no refresh.
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

/// E5, E6: the client treats all attempts of a policy below the client as one request, for its first request and for
/// its repeated request.
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

/// E5: a policy below the client that repeats refused requests still causes only one refresh.
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

/// E5: reqwest's retry policy below the client causes no third request from the client.
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
