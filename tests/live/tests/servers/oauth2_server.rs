//! Tests @node-oauth/oauth2-server with the password grant, 401 responses with `invalid_token`, and refresh tokens that
//! rotate.

use afresh::error::Reason;
use afresh::oauth2::{ClientAuth, RefreshTokenGrant};
use afresh::{RefreshToken, Result, Session, Tokens, api};

use crate::course::{Customer, Habits, Order, goes_the_course};
use crate::kit::Kit;
use crate::server::Server;

#[api]
trait Shop {
    #[login]
    #[post("/token")]
    #[form("grant_type" = "password", "client_id" = "app")]
    async fn log_in(
        &self,
        #[form("username")] name: &str,
        #[form("password")] password: &str,
    ) -> Result<Tokens>;

    #[refresh]
    #[post("/token")]
    #[form("grant_type" = "refresh_token", "client_id" = "app")]
    async fn refresh(&self, #[form("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[delete("/session")]
    async fn log_out(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[get("/admin")]
    async fn admin(&self) -> Result<()>;

    #[get("/admin/scope")]
    async fn out_of_scope(&self) -> Result<()>;
}

impl Customer for ShopClient {
    async fn log_in(&self, _: &Server) -> Result<()> {
        Shop::log_in(self, "ann", "correct horse").await.map(drop)
    }

    async fn order(&self, id: u64) -> Result<Order> {
        Shop::order(self, id).await
    }

    async fn admin(&self) -> Result<()> {
        Shop::admin(self).await
    }

    async fn log_out(&self) -> Result<()> {
        Shop::log_out(self).await
    }

    fn session(&self) -> &Session {
        ShopClient::session(self)
    }

    fn with(server: &Server, tokens: Tokens) -> Option<Self> {
        ShopClient::builder(server.base()).tokens(tokens).build().ok()
    }
}

const SECRET: &str = "s3cret+/ %";

const HABITS: Habits = Habits {
    name: "@node-oauth/oauth2-server",
    expired: 401,
    rotates: true,
    reuse_ends_all: false,
    forbidden_costs: 1,
};

/// B1, B3, C1, C2, C4, G1, G2: all steps succeed for a public client with the password grant.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_client_with_a_password() {
    let Some(server) = Server::start(Kit::Node, "oauth2_server.mjs", &[]).await else { return };
    let shop = ShopClient::builder(server.base()).build().unwrap();
    goes_the_course(shop, &server, HABITS).await;
}

/// C3: a 403 response with `insufficient_scope` does not start a refresh.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_that_is_missing_costs_no_refresh() {
    let Some(server) = Server::start(Kit::Node, "oauth2_server.mjs", &[]).await else { return };
    let shop = ShopClient::builder(server.base()).build().unwrap();
    Customer::log_in(&shop, &server).await.unwrap();
    for _ in 0..3 {
        let error = Shop::out_of_scope(&shop).await.unwrap_err();
        assert_eq!(error.reason(), Some(Reason::InsufficientScope));
    }
    let counts = server.counts().await;
    assert_eq!(counts.forbidden, 3, "forbidden, in {counts:?}");
    assert_eq!(counts.refreshed, 0, "refreshed, in {counts:?}");
    assert_eq!(counts.refused, 0, "refused, in {counts:?}");
}

/// The API of a client that sends its client secret in the body and has no `#[refresh]` method.
#[api]
trait Service {
    #[login]
    #[post("/token")]
    #[form("grant_type" = "password", "client_id" = "service", "username" = "ann", "password" = "correct horse")]
    async fn log_in(&self, #[form("client_secret")] secret: &str) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

/// D4, G2: the client refreshes with the refresh token grant (RFC 6749 §6). The error `invalid_client` does not end the
/// session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_with_a_secret_refreshes_by_the_grant() {
    let Some(server) = Server::start(Kit::Node, "oauth2_server.mjs", &[]).await else { return };
    let service = |secret: &str| {
        let grant = RefreshTokenGrant::new(format!("{}/token", server.base())).client_id("service");
        let grant = grant.client_secret(secret).auth(ClientAuth::Body);
        ServiceClient::builder(server.base()).refresher(grant)
    };
    let known = service(SECRET).build().unwrap();
    let tokens = known.log_in(SECRET).await.unwrap();
    server.hours_pass().await;

    let mistaken = service("another one").tokens(tokens).build().unwrap();
    let error = mistaken.order(1).await.unwrap_err();
    assert!(error.is_refresh() && !error.is_session_expired(), "{error}");
    assert_eq!(known.order(1).await.unwrap().id, 1);
    let counts = server.counts().await;
    assert_eq!(counts.refreshed, 1, "refreshed, in {counts:?}");
    assert_eq!(counts.refused, 1, "refused, in {counts:?}");
    assert_eq!(counts.reused, 0, "reused, in {counts:?}");
    assert_eq!(counts.live, 1, "live, in {counts:?}");
}
