//! Express with jsonwebtoken: a token without a scheme, a refresh cookie, and status 403 for every failure.

use afresh::{Result, Session, Tokens, api};

use crate::course::{Customer, Habits, Order, goes_the_course};
use crate::kit::Kit;
use crate::server::Server;

/// The server responds to every failure with 403, and this client has no rule that reads the response body.
#[api(scheme = none)]
trait Shop {
    #[login]
    #[post("/api/user/login")]
    async fn log_in(&self, #[json("user")] user: &str, #[json("password")] password: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
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

const ROTATES: Habits = Habits {
    name: "Express, cookie",
    expired: 403,
    rotates: true,
    reuse_ends_all: false,
    forbidden_costs: 1,
};

/// B1, B3, C1, C2, P1, P3, V3: all steps succeed with a server that rotates a refresh cookie.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_cookie_that_rotates() {
    let Some(server) = Server::start(Kit::Node, "express_cookie.mjs", &[]).await else { return };
    let shop = ShopClient::builder(server.base()).build().unwrap();
    goes_the_course(shop, &server, ROTATES).await;
}

/// G7: all steps succeed with a server that never changes the refresh cookie.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_cookie_that_stays() {
    let Some(server) = Server::start(Kit::Node, "express_cookie.mjs", &["keeps"]).await else { return };
    let shop = ShopClient::builder(server.base()).build().unwrap();
    let habits = Habits { name: "Express, cookie that stays", rotates: false, ..ROTATES };
    goes_the_course(shop, &server, habits).await;
}

/// C9: if the client has a rule that recognizes expired tokens, a call that the server forbids does not start a
/// refresh.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_knows_the_words_of_the_server() {
    let Some(server) = Server::start(Kit::Node, "express_cookie.mjs", &[]).await else { return };
    let expired =
        |answer: &afresh::Rejection| answer.pointer("/status/text").is_some_and(|text| text == "jwt expired");
    let shop = ShopClient::builder(server.base())
        .expired_when(expired)
        .forbidden_when(move |answer| !expired(answer))
        .build()
        .unwrap();
    let habits = Habits { name: "Express, its words known", forbidden_costs: 0, ..ROTATES };
    goes_the_course(shop, &server, habits).await;
}
