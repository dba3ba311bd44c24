//! Runs the same steps with every client: login, calls, expired tokens, calls that the server forbids, logout, and a
//! second client that sends a used refresh token.

use std::fmt::Debug;

use afresh::{Result, Session, Tokens};
use futures_util::future::join_all;
use serde::Deserialize;

use crate::server::{Counts, Server};

const CROWD: u64 = 100;

#[derive(Debug, Deserialize)]
pub struct Order {
    pub id: u64,
    /// The name of the user who sent the request.
    pub of: String,
}

pub trait Customer: Clone + Debug + Send + Sync + 'static {
    fn log_in(&self, server: &Server) -> impl Future<Output = Result<()>> + Send;
    fn order(&self, id: u64) -> impl Future<Output = Result<Order>> + Send;
    /// A call that the user `ann` has no permission to make.
    fn admin(&self) -> impl Future<Output = Result<()>> + Send;
    fn log_out(&self) -> impl Future<Output = Result<()>> + Send;
    fn session(&self) -> &Session;
    /// Builds a second client that starts with `tokens`, or returns `None` if the test cannot read the refresh token.
    fn with(server: &Server, tokens: Tokens) -> Option<Self>;
}

/// The way in which a server responds to expired access tokens and handles refresh tokens.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    pub name: &'static str,
    /// The status with which the server refuses an expired access token.
    pub expired: u16,
    /// Whether every refresh returns a new refresh token and invalidates the old refresh token.
    pub rotates: bool,
    /// Whether reusing a refresh token ends the whole session and invalidates the newer refresh token.
    pub reuse_ends_all: bool,
    /// The number of refreshes caused by forty calls that the server forbids.
    pub forbidden_costs: i64,
}

pub async fn goes_the_course<C: Customer>(shop: C, server: &Server, habits: Habits) {
    logs_in_and_calls(&shop, server).await;
    for late in [false, true] {
        crowd_finds_its_token_expired(&shop, server, habits, late).await;
    }
    what_is_forbidden_stays_forbidden(&shop, server, habits).await;
    logs_out(&shop, server).await;
    if habits.rotates {
        spent_refresh_token_is_presented(&shop, server, habits).await;
    }
    let counts = server.counts().await;
    println!("{}: {counts:?}", habits.name);
}

async fn logs_in_and_calls<C: Customer>(shop: &C, server: &Server) {
    shop.log_in(server).await.unwrap();
    let order = shop.order(7).await.unwrap();
    assert_eq!((order.id, order.of.as_str()), (7, "ann"), "id and owner of the order");
    assert_eq!(server.counts().await, Counts { logins: 1, ok: 1, live: 1, ..Counts::default() });
}

/// All calls together need only one refresh, even if some refusals arrive late. Every call succeeds, and no client
/// sends a used refresh token.
async fn crowd_finds_its_token_expired<C: Customer>(shop: &C, server: &Server, habits: Habits, late: bool) {
    let (before, old) = (server.counts().await, shop.session().tokens());
    server.hours_pass().await;
    server.refusals_are_late(late).await;
    let calls = (0..CROWD).map(|id| {
        let shop = shop.clone();
        tokio::spawn(async move { shop.order(id).await })
    });
    for (id, order) in join_all(calls).await.into_iter().enumerate() {
        assert_eq!(order.unwrap().unwrap().id, id as u64);
    }
    server.refusals_are_late(false).await;
    let since = server.counts().await - before;
    let refusals = if habits.expired == 401 { since.unauthorized } else { since.forbidden };
    println!("{}: {CROWD} calls at once, late {late}: {since:?}", habits.name);
    assert!((1..=CROWD as i64).contains(&refusals), "{refusals} refusals with {}", habits.expired);
    assert_eq!(since.unauthorized + since.forbidden, refusals);
    assert_eq!(since.refreshed, 1, "refreshed, in {since:?}");
    assert_eq!(since.refused, 0, "refused, in {since:?}");
    assert_eq!(since.reused, 0, "reused, in {since:?}");
    assert_eq!(since.ok, CROWD as i64, "ok, in {since:?}");
    assert_eq!(since.live, 1, "live, in {since:?}");
    assert_eq!(since.logins, 0, "logins, in {since:?}");
    let new = shop.session().tokens();
    let (old, new) = (old.as_ref(), new.as_ref());
    let refreshes = |tokens: Option<&Tokens>| tokens.and_then(Tokens::refresh_token).cloned();
    if refreshes(old).is_some() {
        assert_eq!(refreshes(old) != refreshes(new), habits.rotates);
    }
}

async fn what_is_forbidden_stays_forbidden<C: Customer>(shop: &C, server: &Server, habits: Habits) {
    // Two refreshes within the same second could return the same access token.
    server.a_minute_passes().await;
    let before = server.counts().await;
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(shop.admin().await);
    }
    answers.extend(join_all((0..20).map(|_| shop.admin())).await);
    for answer in answers {
        let error = answer.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(403), "{error}");
    }
    shop.order(8).await.unwrap();
    let since = server.counts().await - before;
    assert_eq!(since.refreshed, habits.forbidden_costs, "refreshed, in {since:?}");
    assert_eq!(since.refused, 0, "refused, in {since:?}");
    // Each of the 40 forbidden calls is sent once, and each refresh causes one of these calls to be sent again.
    assert_eq!(since.forbidden, 40 + habits.forbidden_costs, "forbidden, in {since:?}");
    assert_eq!(since.unauthorized, 0, "unauthorized, in {since:?}");
    assert_eq!(since.ok, 1, "ok, in {since:?}");
    assert_eq!(since.live, 1, "live, in {since:?}");
}

async fn logs_out<C: Customer>(shop: &C, server: &Server) {
    let before = server.counts().await;
    let left = shop.session().tokens().unwrap();
    shop.log_out().await.unwrap();
    let error = shop.order(9).await.unwrap_err();
    assert!(error.is_no_session(), "{error}");
    let since = server.counts().await - before;
    assert_eq!(since, Counts::default());
    // A second client that still has the refresh token gets an error for which `is_session_expired` returns `true`.
    if let Some(other) =
        left.refresh_token().and_then(|refresh| C::with(server, Tokens::from_refresh(refresh.secret())))
    {
        let error = other.order(9).await.unwrap_err();
        assert!(error.is_session_expired(), "{error}");
        assert_eq!((server.counts().await - before).refused, 1);
    }
}

async fn spent_refresh_token_is_presented<C: Customer>(shop: &C, server: &Server, habits: Habits) {
    shop.log_in(server).await.unwrap();
    let spent = shop.session().tokens().and_then(|tokens| tokens.refresh_token().cloned());
    let Some(thief) = spent.and_then(|spent| C::with(server, Tokens::from_refresh(spent.secret()))) else {
        return;
    };
    shop.session().refresh().await.unwrap();
    let before = server.counts().await;
    let error = thief.order(1).await.unwrap_err();
    assert!(error.is_session_expired(), "{error}");
    let since = server.counts().await - before;
    assert_eq!(since.refreshed, 0, "refreshed, in {since:?}");
    assert_eq!(since.refused, 1, "refused, in {since:?}");
    assert_eq!(since.reused, 1, "reused, in {since:?}");
    assert_eq!(since.live, i64::from(!habits.reuse_ends_all));

    server.hours_pass().await;
    match shop.order(2).await {
        Ok(order) => assert_eq!(
            (order.id, habits.reuse_ends_all),
            (2, false),
            "id of the order, and whether a reused token ends the session"
        ),
        Err(error) => {
            assert!(habits.reuse_ends_all && error.is_session_expired(), "{error}");
            let refusal = error.rejection().map(|refusal| refusal.status().as_u16());
            assert_eq!(refusal, Some(habits.expired));
        }
    }
}
