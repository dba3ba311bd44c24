//! Tests Django REST framework with django-oauth-toolkit, which responds with 401 `invalid_token`, or with 403 if
//! session authentication is listed first. Reusing a refresh token ends its token family.

use afresh::{RefreshToken, Result, Session, Tokens, api};

use crate::course::{Customer, Habits, Order, goes_the_course};
use crate::kit::Kit;
use crate::server::Server;

#[api]
trait Shop {
    #[login]
    #[post("/o/token/")]
    #[form("grant_type" = "password", "client_id" = "app")]
    async fn log_in(
        &self,
        #[form("username")] name: &str,
        #[form("password")] password: &str,
    ) -> Result<Tokens>;

    #[refresh]
    #[post("/o/token/")]
    #[form("grant_type" = "refresh_token", "client_id" = "app")]
    async fn refresh(&self, #[form("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/o/revoke_token/")]
    #[form("client_id" = "app", "token_type_hint" = "refresh_token")]
    async fn log_out(&self, #[form("token")] token: &RefreshToken) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[get("/admin")]
    async fn admin(&self) -> Result<()>;
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
        let tokens = ShopClient::session(self).tokens().unwrap();
        Shop::log_out(self, tokens.refresh_token().unwrap()).await
    }

    fn session(&self) -> &Session {
        ShopClient::session(self)
    }

    fn with(server: &Server, tokens: Tokens) -> Option<Self> {
        ShopClient::builder(server.base()).tokens(tokens).build().ok()
    }
}

const DEFAULT: Habits = Habits {
    name: "django-oauth-toolkit",
    expired: 401,
    rotates: true,
    reuse_ends_all: true,
    forbidden_costs: 1,
};

async fn goes_before(arguments: &[&str], habits: Habits) {
    let arguments = [&["oauth-toolkit"], arguments].concat();
    let Some(server) = Server::start(Kit::Python, "django_server.py", &arguments).await else { return };
    let shop = ShopClient::builder(server.base()).build().unwrap();
    goes_the_course(shop, &server, habits).await;
}

/// B1, B3, C1, C2, C4, D3, G1, G2: all steps succeed with refresh tokens that rotate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_rotate() {
    goes_before(&[], DEFAULT).await;
}

/// C5, C11: all steps succeed with a server that responds with 403 instead of 401.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_403_for_tokens_that_have_expired() {
    goes_before(&["session-first"], Habits { name: "django-oauth-toolkit, 403", expired: 403, ..DEFAULT })
        .await;
}

/// G7: all steps succeed with a refresh token that never changes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_that_stays() {
    let habits = Habits { name: "django-oauth-toolkit, refresh token that stays", rotates: false, ..DEFAULT };
    goes_before(&["keeps"], habits).await;
}
