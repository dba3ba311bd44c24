//! Tests the `CallInfo` that a tower layer can read from each request, and a rate limiter that uses `CallInfo`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use afresh::error::BoxError;
use afresh::oauth2::RefreshTokenGrant;
use afresh::{CallInfo, CallKind, Client, Error, Part, Result, Retry, Session, Tokens, api};
use afresh_tests::{Answer, Role, World};
use reqwest::{Request, Response};
use tokio::time::{Instant, sleep_until};
use tower::{Service, ServiceExt, service_fn};

use crate::api::{ANN, ORIGIN, Order, Shop, ShopClient, order, tokens};

type Infos = Arc<Mutex<Vec<Option<CallInfo>>>>;

/// Returns a list and a service that adds each request's `CallInfo` to that list.
fn recording(
    world: &World,
) -> (
    Infos,
    impl Service<Request, Response = Response, Error = BoxError, Future: Send + 'static>
    + Clone
    + Send
    + Sync
    + use<>,
) {
    let infos = Infos::default();
    let (kept, inner) = (infos.clone(), world.service());
    let service = service_fn(move |mut request: Request| {
        kept.lock().unwrap().push(CallInfo::of(&mut request));
        let inner = inner.clone();
        async move { inner.oneshot(request).await }
    });
    (infos, service)
}

fn seen(infos: &Infos) -> Vec<(Option<&'static str>, Option<&'static str>, CallKind, u32)> {
    let seen = std::mem::take(&mut *infos.lock().unwrap());
    let all = seen.into_iter().map(|info| info.expect("each request carries a `CallInfo`"));
    all.map(|info| (info.method(), info.template(), info.kind(), info.attempt())).collect()
}

#[api(path = "/v2")]
trait Documents {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[post("/files")]
    async fn upload(&self, #[part] file: Part, #[part] name: &str) -> Result<()>;
}

/// Each request's `CallInfo` contains the name of the called method, the path template, the kind of call and the
/// attempt number.
#[tokio::test(start_paused = true)]
async fn each_request_says_which_call_it_belongs_to() {
    let world = World::new();
    let (infos, service) = recording(&world);
    let shop = ShopClient::builder(ORIGIN).transport(service).retry(Retry::default()).build().unwrap();
    shop.login(&ANN).await.unwrap();
    let answers = Mutex::new(vec![Answer::new(503), Answer::new(403), Answer::json(200, Order { id: 7 })]);
    world.stage.respond(move |_| answers.lock().unwrap().remove(0));
    shop.order(7).await.unwrap();
    world.stage.respond(|_| Answer::text(200, "ok"));
    shop.health().await.unwrap();
    shop.client()
        .execute(Request::new(reqwest::Method::GET, format!("{ORIGIN}/a").parse().unwrap()))
        .await
        .unwrap();
    shop.logout().await.unwrap();
    let order = Some("Shop::order");
    let template = Some("/orders/{id}");
    assert_eq!(
        seen(&infos),
        [
            (Some("Shop::login"), Some("/api/user/login"), CallKind::Login, 1),
            (order, template, CallKind::Ordinary, 1),
            (order, template, CallKind::Ordinary, 2),
            (Some("Shop::refresh"), Some("/api/user/refresh_token"), CallKind::Refresh, 1),
            (order, template, CallKind::Ordinary, 2),
            (Some("Shop::health"), Some("/health"), CallKind::Ordinary, 1),
            (None, None, CallKind::Ordinary, 1),
            (Some("Shop::logout"), Some("/api/user/logout"), CallKind::Logout, 1),
        ],
        "method, template, kind and attempt of each request"
    );
}

/// The path template in `CallInfo` includes the trait's path prefix. A redirected request has the same `CallInfo` as
/// the original request, and multipart requests have a `CallInfo` too.
#[tokio::test(start_paused = true)]
async fn redirects_and_multipart_bodies_carry_the_same() {
    let world = World::new();
    let (infos, service) = recording(&world);
    let documents = DocumentsClient::builder(ORIGIN).transport(service).build().unwrap();
    world.stage.respond(|seen| match seen.path() {
        "/elsewhere" => order(7).into(),
        _ => Answer::redirect("/elsewhere"),
    });
    documents.order(7).await.unwrap();
    world.stage.respond(|_| 204);
    documents.upload(Part::text("a"), "b").await.unwrap();
    let of_order = (Some("Documents::order"), Some("/v2/orders/{id}"), CallKind::Ordinary, 1);
    let of_upload = (Some("Documents::upload"), Some("/v2/files"), CallKind::Ordinary, 1);
    assert_eq!(
        seen(&infos),
        [of_order, of_order, of_upload],
        "method, path template, kind and attempt of each request"
    );
}

/// The `CallInfo` of a request sent by a `RefreshTokenGrant` has no method name, and its kind is `Refresh` or
/// `Revocation`.
#[tokio::test(start_paused = true)]
async fn a_grant_is_a_refresh_and_a_revocation() {
    let world = World::new();
    let (infos, service) = recording(&world);
    let grant = RefreshTokenGrant::new(format!("{ORIGIN}/token"))
        .client_id("app")
        .revocation_endpoint(format!("{ORIGIN}/revoke"));
    let client = Client::builder(ORIGIN)
        .transport(service)
        .refresher(grant)
        .tokens(Tokens::new("a").with_refresh("r"))
        .build()
        .unwrap();
    world
        .stage
        .respond(|_| Answer::json(200, serde_json::json!({ "access_token": "b", "refresh_token": "s" })));
    client.session().refresh().await.unwrap();
    let _ = client.session().revoke().await;
    let kinds: Vec<_> = seen(&infos).into_iter().map(|(method, _, kind, _)| (method, kind)).collect();
    assert_eq!(
        kinds,
        [(None, CallKind::Refresh), (None, CallKind::Revocation)],
        "method and kind of each request"
    );
}

/// Returns a service that sends at most 5 requests per second, in order of arrival.
fn limited(
    world: &World,
    refreshes_pass: bool,
) -> impl Service<Request, Response = Response, Error = BoxError, Future: Send + 'static>
+ Clone
+ Send
+ Sync
+ use<> {
    let (inner, next) = (world.service(), Arc::new(Mutex::new(Instant::now())));
    service_fn(move |mut request: Request| {
        let is_refresh = CallInfo::of(&mut request).is_some_and(|info| info.kind() == CallKind::Refresh);
        let slot = if is_refresh && refreshes_pass {
            Instant::now()
        } else {
            let mut next = next.lock().unwrap();
            let slot = (*next).max(Instant::now());
            *next = slot + Duration::from_millis(200);
            slot
        };
        let inner = inner.clone();
        async move {
            sleep_until(slot).await;
            inner.oneshot(request).await
        }
    })
}

/// Makes 120 calls with an expired token through the rate limiter and returns their results.
async fn behind_a_limiter(world: &World, refreshes_pass: bool) -> Vec<Result<Order, Error>> {
    let session = Session::new();
    session.set(tokens(&world.authority.issue()));
    let transport = limited(world, refreshes_pass);
    let shop = ShopClient::builder(ORIGIN).transport(transport).session(session).build().unwrap();
    world.authority.expire();
    world.guard_with(403, |_| order(7));
    let calls: Vec<_> = (0..120).map(|_| tokio::spawn(shop.order(7))).collect();
    let mut outcomes = Vec::new();
    for call in calls {
        outcomes.push(call.await.unwrap());
    }
    outcomes
}

/// W14: if the rate limiter does not delay refreshes, all calls succeed after one refresh.
#[tokio::test(start_paused = true)]
async fn a_limiter_that_lets_refreshes_pass_starves_no_call() {
    let world = World::new();
    let outcomes = behind_a_limiter(&world, true).await;
    assert!(outcomes.iter().all(Result::is_ok));
    world.authority.assert_refreshes(1);
    assert!(world.authority.requests(Role::Refresh)[0].at() < world.stage.log()[2].at());
}

/// W14: if the rate limiter also delays refreshes, some calls fail.
#[tokio::test(start_paused = true)]
async fn a_limiter_that_holds_up_refreshes_starves_calls() {
    let world = World::new();
    let outcomes = behind_a_limiter(&world, false).await;
    assert!(outcomes.iter().any(Result::is_err));
}
