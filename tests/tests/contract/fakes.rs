//! Tests the public constructors of responses and errors. With these constructors, a test fake can create any value
//! that a client returns.

use afresh::{ByteStream, Error, Event, Events, Items, Lines, Pages, Reply};
use http::{HeaderMap, StatusCode};

#[tokio::test]
async fn every_stream_is_made_by_hand() {
    assert_eq!(Pages::from_pages([vec![1], vec![2]]).next().await.unwrap().unwrap(), [1]);
    assert_eq!(Items::from_items([1, 2]).next().await.unwrap().unwrap(), 1);
    assert_eq!(Lines::from_items([1, 2]).next().await.unwrap().unwrap(), 1);
    assert_eq!(Events::from_items([1, 2]).next().await.unwrap().unwrap().data, 1);
    assert_eq!(Events::from_events([Event::new(3)]).next().await.unwrap().unwrap().data, 3);
    assert_eq!(ByteStream::from_bytes("text").next().await.unwrap().unwrap(), "text");
}

#[tokio::test]
async fn a_stream_made_by_hand_can_fail() {
    let fails = || [Ok(1), Err(Error::timeout())];
    let mut pages = Pages::from_results(fails());
    assert_eq!(pages.next().await.unwrap().unwrap(), 1);
    assert!(pages.next().await.unwrap().unwrap_err().is_timeout());
    let mut items = Items::from_results(fails());
    items.next().await.unwrap().unwrap();
    assert!(items.next().await.unwrap().unwrap_err().is_timeout());
    let mut lines = Lines::from_results(fails());
    lines.next().await.unwrap().unwrap();
    assert!(lines.next().await.unwrap().unwrap_err().is_timeout());
    let mut events = Events::from_results(fails());
    events.next().await.unwrap().unwrap();
    assert!(events.next().await.unwrap().unwrap_err().is_timeout());
}

#[test]
fn the_predicates_know_errors_made_by_hand() {
    assert!(Error::timeout().is_timeout());
    assert!(Error::connect().is_connect());
    assert!(Error::no_session().is_no_session());
    let answer = http::Response::builder().status(500).body("down".into()).unwrap();
    assert_eq!(Error::from_response(answer).status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
}

#[test]
fn a_reply_is_made_by_hand() {
    let reply = Reply::new(StatusCode::CREATED, HeaderMap::new(), 7);
    assert_eq!(
        (reply.status, reply.headers.len(), reply.body),
        (StatusCode::CREATED, 0, 7),
        "status, number of headers, and body"
    );
    assert_eq!(reply.receipt().attempts(), 0, "the reply was never sent");
}
