//! Uses the public API for user logins: servers, apps, and the three kinds of login.

use std::time::{Duration, SystemTime};

use afresh::oauth2::{App, AuthorizationRequest, ClientAuth, Server};
use afresh::transport::RequestCredentials;
use afresh::{Error, Result, Session, SessionEvent, Tokens};

use crate::declarations::{SeedApi, ShopClient};

const UNREACHABLE: &str = "http://127.0.0.1:9";

fn app() -> App {
    Server::new(format!("{UNREACHABLE}/authorize"), format!("{UNREACHABLE}/token"))
        .device_endpoint(format!("{UNREACHABLE}/device"))
        .revocation_endpoint(format!("{UNREACHABLE}/revoke"))
        .issuer(UNREACHABLE)
        .http(reqwest::Client::new())
        .client("my-cli")
        .secret("secret")
        .auth(ClientAuth::Basic)
        .auth(ClientAuth::None)
        .auth(ClientAuth::Body)
        .scope("orders offline_access")
        .param("prompt", "consent")
        .resource("https://shop.example/")
}

#[tokio::test]
async fn an_app_refreshes_a_client() {
    let shop = ShopClient::builder("https://shop.example")
        .refresher(app().clone())
        .ending_ahead(Duration::from_secs(3600))
        .credentials(RequestCredentials::Include)
        .build()
        .unwrap();
    let _: Option<SystemTime> = shop.session().ends_at();
    let _ = [RequestCredentials::SameOrigin, RequestCredentials::Omit];
    let _: fn(SessionEvent) -> bool = |event| matches!(event, SessionEvent::Ending);
    assert!(Server::discover(UNREACHABLE).await.unwrap_err().is_login_unavailable());
}

#[tokio::test]
async fn a_browser_logs_in() {
    let session = Session::new();
    let denied: fn(&Error) -> bool = Error::is_login_denied;
    let login = app()
        .browser()
        .open(|_: &str| Ok::<(), std::io::Error>(()))
        .announce(|_: &str| ())
        .port(0)
        .page("<p>You can close this window.</p>")
        .timeout(Duration::from_millis(1));
    let error = login.run(&session).await.unwrap_err();
    assert!(error.is_login_unavailable() && !denied(&error));
    let opens_nothing = app().browser().open(|_: &str| ()).challenge(&error);
    let _ = opens_nothing;
}

#[tokio::test]
async fn a_device_code_is_asked_for() {
    let session = Session::new();
    let result: Result<Tokens> = async {
        let code = app().device().start().await?;
        let _: (&str, &str, Option<&str>, Duration) =
            (code.user_code(), code.verification_uri(), code.verification_uri_complete(), code.expires_in());
        code.finish(&session).await
    }
    .await;
    assert!(result.unwrap_err().is_login_unavailable());
}

/// A web framework stores the serialized authorization request between the browser's two requests.
#[tokio::test]
async fn a_web_server_logs_in_with_two_requests() {
    let session = Session::new();
    let (url, request) = app().redirect("https://app.example/callback").start().unwrap();
    assert!(url.starts_with(UNREACHABLE));
    let kept = serde_json::to_string(&request).unwrap();
    let request: AuthorizationRequest = serde_json::from_str(&kept).unwrap();
    let login = app().redirect("https://app.example/callback").finish(request, "code=a&state=b", &session);
    assert!(login.await.is_err());
}

/// All kinds of login work inside `ensure_login` and in blocking code.
#[test]
fn logins_are_ensured_and_awaited_without_async() {
    let seed = SeedApi::builder("https://shop.example").refresher(app());
    drop(seed);
    let session = Session::new();
    let login = || app().browser().open(|_: &str| ()).timeout(Duration::from_millis(1)).run(&session);
    let ensured: Result<()> = session.ensure_login(login).wait();
    assert!(ensured.unwrap_err().is_login_unavailable());
    assert!(app().device().start().wait().is_err());
    let (_, request) = app().redirect("https://app.example/callback").start().unwrap();
    assert!(
        app()
            .redirect("https://app.example/callback")
            .finish(request, "error=access_denied", &session)
            .wait()
            .is_err()
    );
    assert!(Server::discover(UNREACHABLE).wait().is_err());
}
