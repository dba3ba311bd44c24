//! Tests the code exchange with a paused clock and a server that does not respond.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Instant;
use tower::service_fn;

use super::*;
use crate::error::BoxError;
use crate::oauth2::Server;
use crate::transport::transport::Transport;

#[tokio::test(start_paused = true)]
async fn an_exchange_without_an_answer_ends_after_its_deadline() {
    let sends = Arc::new(AtomicUsize::new(0));
    let count = sends.clone();
    let service = service_fn(move |_: reqwest::Request| {
        count.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<Result<reqwest::Response, BoxError>>()
    });
    let server = Server::new("https://id.test/authorize", "https://id.test/token");
    let app = Server { http: Some(Transport::service(service)), ..server }.client("app");
    let (_, request) = app.authorization_request("https://app.test/callback", &[]).unwrap();
    let (session, start) = (Session::new(), Instant::now());
    let begun = session.snapshot().stamp;
    let code = AuthorizationCode("SplxlOBeZQQYbYS6WxSbIA".to_owned());

    let error = app.log_in_with_code(&request, &code, &session, begun).await.unwrap_err();

    assert!(error.is_login_unavailable() && error.to_string().contains("lost"), "{error}");
    assert_eq!(
        (start.elapsed(), sends.load(Ordering::SeqCst)),
        (DEADLINE, 1),
        "time until the error, and number of token requests"
    );
}
