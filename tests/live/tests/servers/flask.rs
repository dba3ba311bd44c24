//! Flask with flask-jwt-extended, in two configurations: the refresh token is a bearer token, or all tokens are cookies
//! and requests carry a double-submit header.

use std::task::{Context, Poll};

use afresh::{CookieSession, RefreshToken, Result, Session, Tokens, api};
use reqwest::{Request, Response};
use tower::Service;

use crate::course::{Customer, Habits, Order, goes_the_course};
use crate::kit::Kit;
use crate::server::Server;

#[api]
trait Shop {
    #[login]
    #[post("/login")]
    async fn log_in(
        &self,
        #[json("username")] name: &str,
        #[json("password")] password: &str,
    ) -> Result<Tokens>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[bearer] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[delete("/logout")]
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

    /// The server does not send an error code for a revoked token, so this client ends the session on every response
    /// with status 401.
    fn with(server: &Server, tokens: Tokens) -> Option<Self> {
        ShopClient::builder(server.base()).tokens(tokens).session_ends_on([401]).build().ok()
    }
}

/// B1, B3, C1, C2, D4, D11, G7: all steps succeed if the refresh token is sent as a bearer token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_that_is_a_bearer_token() {
    let Some(server) = Server::start(Kit::Python, "flask_server.py", &[]).await else { return };
    let shop = ShopClient::builder(server.base()).build().unwrap();
    let habits = Habits {
        name: "flask-jwt-extended",
        expired: 401,
        rotates: false,
        reuse_ends_all: false,
        forbidden_costs: 1,
    };
    goes_the_course(shop, &server, habits).await;
}

/// The Flask server's API for browsers: every token is a cookie.
#[api]
trait Page {
    #[login]
    #[post("/login")]
    async fn log_in(
        &self,
        #[json("username")] name: &str,
        #[json("password")] password: &str,
    ) -> Result<CookieSession>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self) -> Result<CookieSession>;

    #[logout]
    #[delete("/logout")]
    async fn log_out(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[get("/admin")]
    async fn admin(&self) -> Result<()>;
}

impl Customer for PageClient {
    async fn log_in(&self, _: &Server) -> Result<()> {
        Page::log_in(self, "ann", "correct horse").await.map(drop)
    }

    async fn order(&self, id: u64) -> Result<Order> {
        Page::order(self, id).await
    }

    async fn admin(&self) -> Result<()> {
        Page::admin(self).await
    }

    async fn log_out(&self) -> Result<()> {
        Page::log_out(self).await
    }

    fn session(&self) -> &Session {
        PageClient::session(self)
    }

    fn with(_: &Server, _: Tokens) -> Option<Self> {
        None
    }
}

/// Copies a readable cookie into a header of each request, as a script on a web page would. This service wraps the
/// transport, so it can read the cookies of each request.
#[derive(Clone, Debug)]
struct DoubleSubmit(reqwest::Client);

impl Service<Request> for DoubleSubmit {
    type Response = Response;
    type Error = reqwest::Error;
    type Future = <reqwest::Client as Service<Request>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<std::result::Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let which =
            if request.url().path() == "/refresh" { "csrf_refresh_token" } else { "csrf_access_token" };
        let cookies =
            request.headers().get("cookie").and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
        let pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
        let proof = pairs.clone().find(|(name, _)| *name == which).map(|(_, value)| value.parse().unwrap());
        if let Some(proof) = proof {
            request.headers_mut().insert("x-csrf-token", proof);
        }
        self.0.call(request)
    }
}

/// B1, B3, P3, P5, P8: all steps succeed if all tokens are cookies and a header is computed for each request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cookies_that_are_submitted_twice() {
    let Some(server) = Server::start(Kit::Python, "flask_server.py", &["cookies"]).await else { return };
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let page = PageClient::builder(server.base()).transport(DoubleSubmit(http)).build().unwrap();
    let habits = Habits {
        name: "flask-jwt-extended, cookies",
        expired: 401,
        rotates: false,
        reuse_ends_all: false,
        forbidden_costs: 1,
    };
    goes_the_course(page, &server, habits).await;
}
