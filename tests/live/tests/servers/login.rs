//! Tests a user login at oidc-provider and at Authlib, with a local browser and with a device code. `node/browser.mjs`
//! acts as the user and controls Chromium.

use std::io::{self, Write};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use afresh::oauth2::{App, Server as LoginServer};
use afresh::{Error, Result, SessionState, api};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::course::Order;
use crate::kit::{Interpreter, Kit};
use crate::server::Server;

#[api]
trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

/// The last page that the browser showed.
#[derive(Debug, Deserialize)]
struct Page {
    #[serde(default)]
    href: String,
    #[serde(default)]
    text: String,
}

#[derive(Clone)]
struct Chromium {
    node: Interpreter,
    program: &'static str,
}

impl Chromium {
    /// Finds Chromium. Returns `None` and prints the reason if no browser is installed.
    fn find() -> Option<Self> {
        let node = Kit::Node.bring()?;
        let programs = ["chromium", "chromium-browser", "google-chrome"];
        let runs = |program: &&str| {
            Command::new(program)
                .arg("--version")
                .stdout(Stdio::null())
                .status()
                .is_ok_and(|end| end.success())
        };
        let Some(program) = programs.into_iter().find(runs) else {
            assert!(
                std::env::var_os("AFRESH_REQUIRE_BROWSER").is_none(),
                "a browser is required, but Chromium is not installed"
            );
            // The test harness shows `eprintln!` output only for failing tests, so the message is written to stderr
            // directly.
            let line = "skipped because Chromium is not installed: no login with a browser is tested";
            let mut out = io::stderr();
            writeln!(out, "{line}").unwrap();
            return None;
        };
        Some(Self { node, program })
    }

    fn open(&self, url: &str, denies: bool) -> io::Result<Page> {
        let mut command = Command::new(&self.node.program);
        command.arg("browser.mjs").args([url, self.program]).current_dir(&self.node.folder);
        if denies {
            command.arg("deny");
        }
        let Output { status, stdout, stderr } = command.output()?;
        assert!(status.success(), "the browser ended: {}", String::from_utf8_lossy(&stderr));
        Ok(serde_json::from_slice(&stdout)?)
    }
}

async fn app(server: &Server) -> App {
    // Without `prompt`, oidc-provider does not return a refresh token.
    let login = LoginServer::discover(server.base()).await.unwrap();
    login.client("cli").scope("openid offline_access").param("prompt", "consent")
}

fn shop(server: &Server, app: &App) -> ShopClient {
    ShopClient::builder(server.base()).refresher(app.clone()).build().unwrap()
}

/// Refreshes and revokes the session, and checks that the server has ended the grant.
async fn uses_the_session(shop: &ShopClient, server: &Server) {
    assert_eq!(shop.order(7).await.unwrap().id, 7);
    server.hours_pass().await;
    assert_eq!(shop.order(8).await.unwrap().id, 8);
    let counts = server.counts().await;
    assert_eq!(
        (counts.logins, counts.refreshed, counts.live),
        (1, 1, 1),
        "logins, refreshes, valid refresh tokens: {counts:?}"
    );
    shop.session().revoke().await.unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    let counts = server.counts().await;
    assert_eq!(
        (counts.live, counts.reused),
        (0, 0),
        "valid refresh tokens, reused refresh tokens: {counts:?}"
    );
}

async fn logs_in(
    browser: afresh::oauth2::Browser,
    shop: &ShopClient,
    chromium: Chromium,
    denies: bool,
) -> (Result<()>, Page) {
    let (sender, shown) = oneshot::channel();
    let open = move |url: &str| {
        let _ = sender.send(chromium.open(url, denies).unwrap());
    };
    let login =
        browser.announce(|_: &str| ()).open(open).timeout(Duration::from_secs(90)).run(shop.session()).await;
    (login.map(drop), shown.await.expect("the browser shows a page"))
}

/// Starts two servers. oidc-provider supports OpenID Connect Discovery, and Authlib supports RFC 8414.
async fn servers() -> Vec<Server> {
    let oidc_provider = Server::start(Kit::Node, "oidc_provider.mjs", &["challenge"]).await;
    let authlib = Server::start(Kit::Python, "authlib_server.py", &[]).await;
    oidc_provider.into_iter().chain(authlib).collect()
}

async fn chromium() -> Option<Chromium> {
    tokio::task::spawn_blocking(Chromium::find).await.unwrap()
}

/// Discovery, the code flow with PKCE, refresh and revocation work with a real browser. The browser does not send a
/// request to another program that listens on `[::1]`, on the same port as the redirect URL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_logs_in_with_a_real_browser() {
    let Some(chromium) = chromium().await else { return };
    for server in servers().await {
        let app = app(&server).await;
        let shop = shop(&server, &app);
        let other = TcpListener::bind("[::1]:0").await.ok();
        let port = other.as_ref().map_or(0, |other| other.local_addr().unwrap().port());
        let (login, page) = logs_in(app.browser().port(port), &shop, chromium.clone(), false).await;
        login.unwrap();
        assert!(page.text.contains("You are logged in"), "{page:?}");
        assert!(page.href.starts_with("http://127.0.0.1:"), "{page:?}");
        if let Some(other) = other {
            assert!(
                timeout(Duration::from_millis(50), other.accept()).await.is_err(),
                "nothing arrives at [::1]"
            );
        }
        uses_the_session(&shop, &server).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_cancels_in_a_real_browser() {
    let Some(chromium) = chromium().await else { return };
    let Some(server) = Server::start(Kit::Node, "oidc_provider.mjs", &["challenge"]).await else { return };
    let app = app(&server).await;
    let shop = shop(&server, &app);
    let (login, page) = logs_in(app.browser(), &shop, chromium, true).await;
    let error: Error = login.unwrap_err();
    assert!(error.is_login_denied() && error.to_string().contains("access_denied"), "{error}");
    assert!(page.text.contains("access_denied"), "{page:?}");
    assert_eq!(server.counts().await.logins, 0);
}

/// RFC 8628: the login succeeds when the user confirms the code in a browser while the program polls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_confirms_a_device_code() {
    let Some(chromium) = chromium().await else { return };
    for server in servers().await {
        let app = app(&server).await;
        let shop = shop(&server, &app);
        let code = app.device().start().await.unwrap();
        assert!(!code.user_code().is_empty());
        let (url, browser) = (code.verification_uri_complete().unwrap().to_owned(), chromium.clone());
        let person = tokio::task::spawn_blocking(move || browser.open(&url, false).unwrap());
        timeout(Duration::from_secs(90), code.finish(shop.session())).await.unwrap().unwrap();
        println!("the device page: {:?}", person.await.unwrap());
        uses_the_session(&shop, &server).await;
    }
}
