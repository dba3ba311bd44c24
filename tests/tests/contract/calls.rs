//! Tests the public API of `CallInfo`, which tower layers can read from a request.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use afresh::{CallInfo, CallKind, Tokens};

use crate::declarations::{Shop as _, ShopClient};

#[tokio::test]
async fn a_layer_reads_method_template_kind_and_attempt() {
    let seen = Arc::new(Mutex::new(None));
    let service = tower::service_fn({
        let seen = Arc::clone(&seen);
        move |mut request: reqwest::Request| {
            *seen.lock().unwrap() = CallInfo::of(&mut request);
            async { Ok::<_, Infallible>(reqwest::Response::from(http::Response::new(r#"{"id":7}"#))) }
        }
    });
    let shop = ShopClient::builder("https://shop.example")
        .transport(service)
        .tokens(Tokens::new("a"))
        .build()
        .unwrap();
    assert_eq!(shop.order(7).await.unwrap().id, 7);
    let info: CallInfo = seen.lock().unwrap().unwrap();
    assert_eq!(
        (info.method(), info.template(), info.attempt()),
        (Some("Shop::order"), Some("/orders/{id}"), 1),
        "method, template and attempt"
    );
    assert!(matches!(info.kind(), CallKind::Ordinary));
    let _ = [CallKind::Login, CallKind::Refresh, CallKind::Logout, CallKind::Revocation];
}
