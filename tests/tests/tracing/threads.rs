//! Tests that every span has the right parent when calls run on several threads.

use std::mem::forget;
use std::sync::Arc;

use afresh_tests::World;
use tokio::runtime::Builder;
use tokio::sync::Barrier;
use tracing::Instrument;
use tracing::dispatcher::set_default;

use crate::api::{Shop, logged_in_client, order};
use crate::recorder::Recorder;

const CALLS: usize = 100;

/// If a hundred calls are refused at the same time, each call has its own spans, and the span of their shared refresh
/// has no parent.
#[test]
fn spans_do_not_mix_on_several_threads() {
    let (world, recorder) = (World::new(), Recorder::default());
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard_with(401, |_| order());
    let dispatch = recorder.dispatch();
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .on_thread_start(move || forget(set_default(&dispatch)))
        .build()
        .unwrap();
    runtime.block_on(async {
        let start = Arc::new(Barrier::new(CALLS));
        let call = |id: usize| {
            let (shop, start) = (shop.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                let user = tracing::info_span!(target: "test", "user", id);
                shop.order(id as u64).instrument(user).await.unwrap();
            })
        };
        for call in (0..CALLS).map(call).collect::<Vec<_>>() {
            call.await.unwrap();
        }
    });
    drop(runtime);

    let (refresh, reported) = recorder.only("afresh.refresh");
    assert_eq!(reported.parent, None);
    assert_eq!(reported.follows.len(), 1);
    let spans = recorder.spans();
    let children = |of: usize| spans.iter().filter(move |span| span.parent == Some(of)).collect::<Vec<_>>();
    let exchanges = children(refresh);
    assert_eq!(exchanges.len(), 1);
    let users = recorder.named("user");
    assert_eq!(users.len(), CALLS);
    for (user, _) in users {
        assert_eq!(children(user).len(), 1);
        let (call, _) = spans.iter().enumerate().find(|(_, span)| span.parent == Some(user)).unwrap();
        assert_eq!(spans[call].name, "afresh.call");
        let sends = children(call);
        let counts: Vec<_> = sends.iter().map(|send| send.fields.get("http.request.resend_count")).collect();
        assert!(matches!(*counts, [""] | ["", "1"]), "{counts:?}");
        assert_eq!(sends.last().unwrap().fields.get("http.response.status_code"), "200");
        assert_eq!(spans[call].fields.get("afresh.sends"), sends.len().to_string());
    }
    for event in recorder.events() {
        let within = event.within.map(|span| spans[span].name);
        let of_the_session = event.fields.get("message") == "the session is refreshed";
        assert_eq!(within, Some(if of_the_session { "afresh.refresh" } else { "afresh.call" }));
    }
}
