//! oidc-provider: the authorization code flow with rotating refresh tokens. Reusing a refresh token ends the whole
//! grant.

use std::path::Path;

use afresh::oauth2::RefreshTokenGrant;
use afresh::{FileStore, RefreshToken, Result, Session, SessionEvent, Tokens, api};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::future::join_all;
use serde::Deserialize;

use crate::course::{Customer, Habits, Order, goes_the_course};
use crate::kit::Kit;
use crate::server::Server;

#[derive(Debug, Deserialize)]
struct Browser {
    code: String,
    verifier: String,
}

/// A program that runs on a user's machine and therefore cannot keep a client secret.
#[api]
trait App {
    #[login]
    #[post("/token")]
    #[form("grant_type" = "authorization_code", "client_id" = "app", "redirect_uri" = "http://127.0.0.1:1/callback")]
    async fn log_in(
        &self,
        #[form("code")] code: &str,
        #[form("code_verifier")] verifier: &str,
    ) -> Result<Tokens>;

    #[refresh]
    #[post("/token")]
    #[form("grant_type" = "refresh_token", "client_id" = "app")]
    async fn refresh(&self, #[form("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    /// This method is `#[public]` because the revocation endpoint requires the client id and rejects a request that
    /// contains an access token.
    #[logout]
    #[public]
    #[post("/token/revocation")]
    #[form("client_id" = "app")]
    async fn log_out(&self, #[form("token")] token: &RefreshToken) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[get("/admin")]
    async fn admin(&self) -> Result<()>;
}

impl Customer for AppClient {
    async fn log_in(&self, server: &Server) -> Result<()> {
        let browser: Browser = server.control("code?client=app").await;
        App::log_in(self, &browser.code, &browser.verifier).await.map(drop)
    }

    async fn order(&self, id: u64) -> Result<Order> {
        App::order(self, id).await
    }

    async fn admin(&self) -> Result<()> {
        App::admin(self).await
    }

    async fn log_out(&self) -> Result<()> {
        let tokens = AppClient::session(self).tokens().unwrap();
        App::log_out(self, tokens.refresh_token().unwrap()).await
    }

    fn session(&self) -> &Session {
        AppClient::session(self)
    }

    fn with(server: &Server, tokens: Tokens) -> Option<Self> {
        AppClient::builder(server.base()).tokens(tokens).build().ok()
    }
}

/// The API of the test server, declared for a program that has a client secret. `RefreshTokenGrant` refreshes and
/// revokes the tokens, so the trait does not declare methods for refreshing and revoking.
#[api]
trait Service {
    #[login]
    #[post("/token")]
    #[form("grant_type" = "authorization_code", "redirect_uri" = "http://127.0.0.1:1/callback")]
    async fn log_in(
        &self,
        #[header("authorization")] basic: &str,
        #[form("code")] code: &str,
        #[form("code_verifier")] verifier: &str,
    ) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[get("/admin")]
    async fn admin(&self) -> Result<()>;
}

const SECRET: &str = "s3cret+/ %";

fn service(server: &Server) -> afresh::ClientBuilder<ServiceClient> {
    let grant = RefreshTokenGrant::new(format!("{}/token", server.base()))
        .client_id("service")
        .client_secret(SECRET)
        .revocation_endpoint(format!("{}/token/revocation", server.base()));
    ServiceClient::builder(server.base()).refresher(grant)
}

impl Customer for ServiceClient {
    async fn log_in(&self, server: &Server) -> Result<()> {
        let browser: Browser = server.control("code?client=service").await;
        let basic = format!("Basic {}", BASE64_STANDARD.encode("service:s3cret%2B%2F+%25"));
        Service::log_in(self, &basic, &browser.code, &browser.verifier).await.map(drop)
    }

    async fn order(&self, id: u64) -> Result<Order> {
        Service::order(self, id).await
    }

    async fn admin(&self) -> Result<()> {
        Service::admin(self).await
    }

    async fn log_out(&self) -> Result<()> {
        ServiceClient::session(self).revoke().await
    }

    fn session(&self) -> &Session {
        ServiceClient::session(self)
    }

    fn with(server: &Server, tokens: Tokens) -> Option<Self> {
        service(server).tokens(tokens).build().ok()
    }
}

const BARE_403: Habits = Habits {
    name: "oidc-provider, bare 403",
    expired: 403,
    rotates: true,
    reuse_ends_all: true,
    forbidden_costs: 1,
};

/// B1, B3, C1, C2, G1, G2: all test steps succeed with a server that refuses an expired token with status 403 and no
/// details.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_client_before_a_bare_403() {
    let Some(server) = Server::start(Kit::Node, "oidc_provider.mjs", &[]).await else { return };
    let app = AppClient::builder(server.base()).build().unwrap();
    goes_the_course(app, &server, BARE_403).await;
}

/// C4, G2, G9: all test steps succeed for a client with a secret if the server's 401 response states why the token was
/// refused. The logout sends a revocation request (RFC 7009).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_with_a_secret_before_a_challenge() {
    let Some(server) = Server::start(Kit::Node, "oidc_provider.mjs", &["challenge"]).await else { return };
    let habits = Habits { name: "oidc-provider, 401 and a secret", expired: 401, ..BARE_403 };
    goes_the_course(service(&server).build().unwrap(), &server, habits).await;
}

/// R1, R2, G2: four programs share one grant that is stored in a file. All calls from the four programs are refused at
/// the same time, four times in a row. After each refusal, one program refreshes and the other programs use the new
/// tokens. The provider never receives a used refresh token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_share_a_file_spend_nothing_twice() {
    let Some(server) = Server::start(Kit::Node, "oidc_provider.mjs", &[]).await else { return };
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shared-{}/session", std::process::id()));
    let program = || AppClient::builder(server.base()).store(FileStore::new(&path)).build().unwrap();
    let programs: Vec<_> = (0..4).map(|_| program()).collect();
    Customer::log_in(&programs[0], &server).await.unwrap();
    let mut events: Vec<_> = programs.iter().map(|program| program.session().events()).collect();
    for round in 1..=4 {
        server.hours_pass().await;
        let calls = programs.iter().flat_map(|program| {
            (0..25).map(|id| {
                let program = program.clone();
                tokio::spawn(async move { App::order(&program, id).await })
            })
        });
        for order in join_all(calls).await {
            order.unwrap().unwrap();
        }
        let counts = server.counts().await;
        assert_eq!(counts.refreshed, round, "refreshed, in {counts:?}");
        assert_eq!(counts.refused, 0, "refused, in {counts:?}");
        assert_eq!(counts.live, 1, "live, in {counts:?}");
        assert_eq!(counts.ok, round * 100);
    }
    let reported = events.iter_mut().flat_map(|events| std::iter::from_fn(|| events.try_next()));
    let adopted = reported.filter(|event| matches!(event, SessionEvent::Adopted)).count();
    println!("four programs, one file: {:?}, {adopted} adopted", server.counts().await);
    App::log_out(&programs[1], programs[1].session().tokens().unwrap().refresh_token().unwrap())
        .await
        .unwrap();
    assert_eq!(server.counts().await.live, 0);
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}
