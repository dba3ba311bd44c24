//! Django REST framework with djangorestframework-simplejwt: the tokens are `access` and `refresh` in JSON. The server
//! responds with 401 `token_not_valid`, or with 403 if session authentication is listed first.

use afresh::{AccessToken, AsTokens, RefreshToken, Result, Session, Tokens, api};
use serde::Deserialize;

use crate::course::{Customer, Habits, Order, goes_the_course};
use crate::kit::Kit;
use crate::server::Server;

/// The token response. If the server does not rotate refresh tokens, a refresh response has no `refresh` field.
#[derive(Debug, Deserialize, AsTokens)]
struct Pair {
    #[tokens(access)]
    access: AccessToken,
    #[tokens(refresh)]
    refresh: Option<RefreshToken>,
}

#[api]
trait Shop {
    #[login]
    #[post("/api/token/")]
    async fn log_in(
        &self,
        #[json("username")] name: &str,
        #[json("password")] password: &str,
    ) -> Result<Pair>;

    #[refresh]
    #[post("/api/token/refresh/")]
    async fn refresh(&self, #[json("refresh")] token: RefreshToken) -> Result<Pair>;

    #[logout]
    #[post("/api/token/blacklist/")]
    async fn log_out(&self, #[json("refresh")] token: &RefreshToken) -> Result<()>;

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

const DEFAULT: Habits =
    Habits { name: "simplejwt", expired: 401, rotates: true, reuse_ends_all: false, forbidden_costs: 1 };

async fn goes_before(arguments: &[&str], habits: Habits) {
    let Some(server) = Server::start(Kit::Python, "django_server.py", arguments).await else { return };
    let shop = ShopClient::builder(server.base()).build().unwrap();
    goes_the_course(shop, &server, habits).await;
}

/// B1, B3, C1, C2, C4, D3, G1, G2: all steps that the README lists succeed with refresh tokens that rotate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_rotate() {
    goes_before(&[], DEFAULT).await;
}

/// C5, C11: for an expired token, the server returns a 403 response without a challenge and with the same body as for a
/// forbidden call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_403_for_tokens_that_have_expired() {
    goes_before(&["session-first"], Habits { name: "simplejwt, 403", expired: 403, ..DEFAULT }).await;
}

/// D11, G7: all steps that the README lists succeed with a refresh token that never changes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_that_stays() {
    goes_before(
        &["keeps"],
        Habits { name: "simplejwt, refresh token that stays", rotates: false, ..DEFAULT },
    )
    .await;
}
