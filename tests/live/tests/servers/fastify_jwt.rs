//! Tests Fastify with @fastify/jwt and @fastify/cookie, with 401 responses that contain an error code, and with the
//! refresh token in a signed cookie.

use afresh::{Result, Session, Tokens, api};

use crate::course::{Customer, Habits, Order, goes_the_course};
use crate::kit::Kit;
use crate::server::Server;

#[api]
trait Shop {
    #[login]
    #[post("/auth/login")]
    async fn log_in(&self, #[json("user")] user: &str, #[json("password")] password: &str) -> Result<Tokens>;

    /// Does not send a body, because Fastify rejects an empty body with a JSON content type.
    #[refresh]
    #[post("/auth/refresh")]
    async fn refresh(&self) -> Result<Tokens>;

    #[logout]
    #[post("/auth/logout")]
    async fn log_out(&self) -> Result<()>;

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
        Shop::log_out(self).await
    }

    fn session(&self) -> &Session {
        ShopClient::session(self)
    }

    fn with(_: &Server, _: Tokens) -> Option<Self> {
        None
    }
}

/// B1, B3, C1, C2, P3: all steps succeed with a client in its default configuration.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_cookie_that_rotates() {
    let Some(server) = Server::start(Kit::Node, "fastify_jwt.mjs", &[]).await else { return };
    let shop = ShopClient::builder(server.base()).build().unwrap();
    let habits =
        Habits { name: "Fastify", expired: 401, rotates: true, reuse_ends_all: false, forbidden_costs: 1 };
    goes_the_course(shop, &server, habits).await;
}

/// A3: the server never responds to an expired token with 403, so the client refreshes only after a 401 response.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_401_is_about_the_token() {
    let Some(server) = Server::start(Kit::Node, "fastify_jwt.mjs", &[]).await else { return };
    let shop = ShopClient::builder(server.base()).refresh_on([401]).build().unwrap();
    let habits = Habits {
        name: "Fastify, refresh on 401 only",
        expired: 401,
        rotates: true,
        reuse_ends_all: false,
        forbidden_costs: 0,
    };
    goes_the_course(shop, &server, habits).await;
}
