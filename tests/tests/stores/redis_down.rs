//! Tests `RedisStore` while Redis is down, hangs, restarts, or drops connections.

use std::time::{Duration, Instant};

use afresh::store::{RedisStore, Revision, SessionStore, Swap};
use afresh_tests::RedisServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

fn store(server: &RedisServer) -> RedisStore {
    RedisStore::new(server.url(), "afresh:alice").unwrap()
}

fn swap(basis: Revision, record: &[u8]) -> Swap {
    Swap { basis, record: record.to_vec(), fence: None }
}

/// S6, S7: if a Redis server with an append-only file crashes and restarts, the store works again, and no data is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_store_works_again_after_a_crash_of_redis() {
    let Some(mut server) = RedisServer::start() else { return };
    let store = store(&server);
    let first = store.swap(swap(Revision::default(), b"first")).await.unwrap().unwrap();
    let held = store.lock().await.unwrap().unwrap();
    let listener = {
        let store = store.clone();
        tokio::spawn(async move { store.changed(first).await })
    };
    server.kill();
    assert!(store.load().await.is_err());
    assert!(store.swap(swap(first, b"lost")).await.is_err());
    assert!(store.lock().await.is_err());
    server.restart();
    let stored = store.load().await.unwrap();
    assert_eq!(
        (stored.revision, &*stored.record),
        (first, &b"first"[..]),
        "revision and record in the store"
    );
    // After the restart, the lease is still valid, and the fences (fencing tokens) of new locks continue to increase.
    let next = Swap { fence: Some(held.fence()), ..swap(first, b"second") };
    assert!(store.swap(next).await.unwrap().is_some());
    timeout(Duration::from_secs(15), listener)
        .await
        .expect("a listener gets the change after the restart")
        .unwrap();
    let fence = held.fence();
    drop(held);
    let held = timeout(Duration::from_secs(5), store.lock()).await.unwrap().unwrap().unwrap();
    assert!(held.fence() > fence);
}

/// S6: while Redis hangs, every store operation fails with a timeout. Once Redis has resumed, the store works again.
#[tokio::test]
async fn a_redis_that_hangs_blocks_no_call() {
    let Some(server) = RedisServer::start() else { return };
    let store = store(&server);
    store.load().await.unwrap();
    server.stall();
    let started = Instant::now();
    assert!(store.load().await.is_err());
    assert!(store.swap(swap(Revision::default(), b"x")).await.is_err());
    assert!(store.lock().await.is_err());
    assert!(started.elapsed() < Duration::from_secs(3 * 5 + 5), "{:?}", started.elapsed());
    server.resume();
    assert!(store.load().await.is_ok());
}

/// If the response to a write or lock operation is lost, the store recognizes that the operation took effect and does
/// not repeat it.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_or_lock_whose_answer_was_lost_counts_once() {
    let Some(server) = RedisServer::start() else { return };
    // After one swap and one lock, the Redis server has cached the scripts, so each later operation needs only one
    // request.
    let direct = store(&server);
    let basis = direct.swap(swap(Revision::default(), b"first")).await.unwrap().unwrap();
    let fence = direct.lock().await.unwrap().unwrap().fence();
    for loses in ["swap", "lock"] {
        let url = losing_the_first_answer_about(loses, &server).await;
        let store = RedisStore::new(url, "afresh:alice").unwrap();
        if loses == "swap" {
            let revision = store.swap(swap(basis, b"second")).await.unwrap();
            assert_eq!(revision, Some(basis.next()), "the record was stored once");
            assert_eq!(direct.load().await.unwrap().record, b"second");
        } else {
            let held = timeout(Duration::from_secs(5), store.lock())
                .await
                .expect("the process already has the lock");
            assert_eq!(held.unwrap().unwrap().fence(), fence + 1, "the lock was acquired once");
        }
    }
}

/// Starts a proxy to the server; the proxy drops the response to one script call and closes the connection.
async fn losing_the_first_answer_about(what: &str, server: &RedisServer) -> String {
    // The proxy recognizes the script call by one of its arguments.
    let mark: &'static [u8] = if what == "swap" { b"second" } else { b"30000" };
    let to = server.url().trim_start_matches("redis://").trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut lost = false;
        loop {
            let (mut here, _) = listener.accept().await.unwrap();
            let mut there = TcpStream::connect(&to).await.unwrap();
            if lost {
                tokio::spawn(async move { tokio::io::copy_bidirectional(&mut here, &mut there).await });
                continue;
            }
            lost = relay_until(mark, here, there).await;
        }
    });
    url
}

/// Forwards requests up to and including the first request that contains `mark`, and drops the response to that
/// request. Returns `false` if the client closes the connection before it sends a request that contains `mark`.
async fn relay_until(mark: &[u8], here: TcpStream, there: TcpStream) -> bool {
    let (mut from_here, mut to_here) = here.into_split();
    let (mut from_there, mut to_there) = there.into_split();
    let answers = tokio::spawn(async move {
        let _ = copy(&mut from_there, &mut to_here).await;
        from_there
    });
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from_here.read(&mut buffer).await.unwrap_or(0);
        if length == 0 {
            return false;
        }
        let question = &buffer[..length];
        if question.windows(mark.len()).any(|window| window == mark) {
            // The server sends a response, but the proxy does not forward it.
            answers.abort();
            to_there.write_all(question).await.unwrap();
            tokio::time::sleep(Duration::from_millis(200)).await;
            return true;
        }
        to_there.write_all(question).await.unwrap();
    }
}
