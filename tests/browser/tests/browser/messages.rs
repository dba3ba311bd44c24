//! Checks that foreign, malformed and outdated messages do not change a session.

use std::time::Duration;

use afresh_browser_tests::bundle;
use afresh_browser_tests::stage::{Stage, call_in_all};
use serde_json::json;
use tokio::time::sleep;

/// T2: a session ignores stale, foreign and malformed messages.
#[tokio::test]
async fn stale_foreign_and_malformed_messages_are_ignored() {
    let stage = Stage::new(&bundle::page()).await;
    let tabs = stage.open_many(3).await;
    let listen = "window.received = []; window.channel = new BroadcastChannel('afresh shop');
        channel.onmessage = event => received.push(event.data)";
    tabs[2].begin(listen).await.unwrap();
    tabs[0].log_in("ada").await;
    call_in_all(&tabs, 1).await;
    stage.server.expire();
    call_in_all(&tabs, 1).await;
    let sessions =
        tabs[2].evaluate("received.filter(text => text.includes('session')).length").await.unwrap();
    assert!(sessions.as_u64() >= Some(3), "messages of a login, an intent and a refresh: {sessions}");
    let send = r#"
        for (const text of received) {
            channel.postMessage(text)
            channel.postMessage(text.slice(0, -5))
            channel.postMessage(text.replace("afresh 1", "afresh 2"))
            channel.postMessage(text.replace("session", "logout"))
        }
        for (const foreign of ["", "afresh 1 session 0 99 1 e30", { token: "stolen" }, null, 7, new Uint8Array(3)]) {
            channel.postMessage(foreign)
        }"#;
    tabs[2].begin(send).await.unwrap();
    sleep(Duration::from_millis(500)).await;
    let before = stage.server.counts();
    call_in_all(&tabs, 2).await;
    let after = stage.server.counts();
    assert_eq!(
        (after.unauthorized, after.refreshes),
        (before.unauthorized, before.refreshes),
        "rejected calls, refreshes: {after:?}"
    );
    stage.server.expire();
    call_in_all(&tabs, 2).await;
    assert_eq!(
        (stage.server.counts().refreshes, stage.server.counts().spent),
        (2, 0),
        "refreshes and spent refresh tokens"
    );
}

/// T2: the browser does not store any part of the session in storage that outlives the tabs.
#[tokio::test]
async fn nothing_is_stored_in_the_browser() {
    let stage = Stage::new(&bundle::page()).await;
    let tab = [stage.open().await];
    tab[0].log_in("ada").await;
    call_in_all(&tab, 2).await;
    let script =
        "(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
        (await caches.keys()).length, document.cookie.length])()";
    assert_eq!(tab[0].evaluate(script).await.unwrap(), json!([0, 0, 0, 0, 0]));
}
