//! Checks that the generated clients send the method, URL, headers, content type, and body that the documents describe.

use std::collections::BTreeMap;

use afresh::{Body, Part};
use serde_json::{Value, json};

use crate::engine::{Engine, EngineClient};
use crate::feed::{self, Feed, FeedClient};
use crate::recorder::{Answer, Recorder};
use crate::shop::{self, CornerShop, CornerShopClient};

fn shop(recorder: &Recorder) -> CornerShopClient {
    CornerShopClient::builder("https://shop.example/api").transport(recorder.clone()).build().unwrap()
}

fn feed(recorder: &Recorder) -> FeedClient {
    FeedClient::builder("https://feed.example").transport(recorder.clone()).build().unwrap()
}

fn engine(recorder: &Recorder) -> EngineClient {
    EngineClient::builder("https://engine.example/v1").transport(recorder.clone()).build().unwrap()
}

fn object() -> Recorder {
    Recorder::new(Answer::json(200, &json!({ "id": 7 })))
}

#[tokio::test]
async fn arguments_go_where_the_document_puts_them() {
    let recorder = object();
    let order =
        shop(&recorder).orders_get(7, &["a", "b"], Some("x"), Some("t-1"), Some("s-1")).await.unwrap();
    assert_eq!(order, json!({ "id": 7 }));
    let seen = recorder.last();
    assert_eq!((&*seen.line, &*seen.query), ("GET /api/orders/7", "fields=a&fields=b&order_id=x"));
    assert_eq!(
        (seen.header("x-trace"), seen.header("cookie")),
        (Some("t-1"), Some("session=s-1")),
        "`x-trace` and `cookie` headers"
    );
    assert_eq!(
        (seen.header("accept"), seen.kind()),
        (Some("application/json"), None),
        "`accept` and `content-type` headers"
    );
}

#[tokio::test]
async fn names_that_are_no_identifiers_are_sent_as_they_are() {
    let recorder = Recorder::new(Answer::text("application/x-ndjson", "{\"a\":1}\n2\n"));
    let sort = shop::CommaSeparated(vec!["name".to_owned(), "-id".to_owned()]);
    let near = shop::JsonText(BTreeMap::from([("a".to_owned(), json!(1))]));
    let (yes, no) = (Some(true), Some(false));
    let filter = shop::ListFilter { status: Some("open".to_owned()), max: Some(1.5) };
    let list =
        shop(&recorder).list(20, Some(sort), &["x", "y"], Some(&filter), Some(near), Some("t"), yes, yes, no);
    let mut lines = list.await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), json!({ "a": 1 }));
    assert_eq!(
        recorder.last().query,
        "page%5Bsize%5D=20&sort=name%2C-id&tag=x&tag=y&filter%5Bstatus%5D=open&filter%5Bmax%5D=1.5\
         &where=%7B%22a%22%3A1%7D&type=t&self=true&%2B1=true&-1=false"
    );
    assert_eq!(recorder.last().header("accept"), Some("application/x-ndjson"));
}

#[tokio::test]
async fn json_has_the_content_type_of_the_document() {
    let recorder = Recorder::new(Answer::empty(204));
    let shop = shop(&recorder);
    let order = shop::Order { parent: Some(Box::new(shop::Order::default())) };
    assert_eq!(shop.orders_put(7, &[], &order).await.unwrap(), None);
    let seen = recorder.last();
    assert_eq!(
        (&*seen.line, seen.kind(), &*seen.body),
        ("PUT /api/orders/7", Some("application/json"), "{\"parent\":{}}"),
        "request line, `content-type` header and body"
    );

    let value = BTreeMap::from([("name".to_owned(), Value::Null)]);
    #[expect(deprecated)]
    shop.orders_patch(7, &[], Some(&value)).await.unwrap();
    let seen = recorder.last();
    assert_eq!(
        (&*seen.line, seen.kind()),
        ("PATCH /api/orders/7", Some("application/merge-patch+json")),
        "request line and `content-type` header"
    );
    assert_eq!(seen.body, "{\"name\":null}");
}

#[tokio::test]
async fn among_several_content_types_the_caller_chooses() {
    let recorder = object();
    let shop = shop(&recorder);
    for (chosen, sent) in
        [(None, "application/json"), (Some("application/vnd.shop.v2+json"), "application/vnd.shop.v2+json")]
    {
        shop.post_list(chosen, &json!([])).await.unwrap();
        assert_eq!(
            (&*recorder.last().line, recorder.last().kind()),
            ("POST /api/orders", Some(sent)),
            "request line and `content-type` header"
        );
    }
}

#[tokio::test]
async fn paths_keep_their_shape() {
    let recorder = Recorder::new(Answer::text("text/plain", "text"));
    let (shop, feed) = (shop(&recorder), feed(&recorder));
    assert_eq!(shop.files_read("src/a b.rs").await.unwrap(), "text");
    assert_eq!(recorder.last().line, "GET /api/files/src/a%20b.rs");
    shop.get_session("main", "fix/1").await.unwrap();
    assert_eq!(recorder.last().line, "GET /api/compare/main...fix%2F1");
    shop.search().await.unwrap();
    assert_eq!((&*recorder.last().line, &*recorder.last().query), ("TRACE /api/search", "kind=fast"));
    feed.matrix(7).await.unwrap();
    assert_eq!(recorder.last().line, "GET /matrix/;id=7");
    assert_eq!(shop.r#type().await.unwrap().status, 200);
    assert_eq!(recorder.last().line, "HEAD /api/orders");
}

#[tokio::test]
async fn a_form_and_parts_are_two_ways_of_one_operation() {
    let recorder = Recorder::new(Answer::empty(204));
    let shop = shop(&recorder);
    let body =
        shop::UploadPhotoBody { url: "u v".to_owned(), tags: Some(vec!["a".to_owned(), "b".to_owned()]) };
    shop.upload_photo(&body).await.unwrap();
    assert_eq!(recorder.last().kind(), Some("application/x-www-form-urlencoded"));
    assert_eq!(recorder.last().body, "url=u+v&tags=a&tags=b");

    let photo = Part::bytes(&b"png"[..]).file_name("me.png");
    shop.upload_photo_as_multipart(photo, Some("me"), vec![]).await.unwrap();
    let seen = recorder.last();
    assert!(seen.kind().unwrap().starts_with("multipart/form-data; boundary="));
    assert!(seen.body.contains("name=\"caption\"\r\n\r\nme\r\n"), "{}", seen.body);
    let part = "name=\"file\"; filename=\"me.png\"\r\nContent-Type: application/octet-stream\r\n\r\npng\r\n";
    assert!(seen.body.contains(part), "{}", seen.body);
}

#[tokio::test]
async fn what_has_several_shapes_is_sent_by_the_one_it_has() {
    let recorder = Recorder::new(Answer::text("text/event-stream", "data: one\n\n"));
    let either = feed::GetFeedEventsAsHttpStreamEither::List(vec!["a".to_owned(), "b".to_owned()]);
    let shape = BTreeMap::from([("w".to_owned(), json!(1)), ("h".to_owned(), json!(2))]);
    let ids = feed::CommaSeparated(vec![1, 2]);
    let events =
        feed(&recorder).get_feed_events_as_http_stream("f", None, 3, Some(&either), Some(&shape), ids);
    assert_eq!(events.await.unwrap().next().await.unwrap().unwrap().data, "one");
    assert_eq!(recorder.last().query, "offset=3&either=a&either=b&h=2&w=1");
    assert_eq!(recorder.last().header("x-ids"), Some("1,2"));
}

#[tokio::test]
async fn members_of_an_object_are_one_text_where_a_style_says_so() {
    let recorder = Recorder::new(Answer::empty(204));
    let color = feed::Color { r: 1, g: None, name: Some("red".to_owned()) };
    let all = feed(&recorder).styles(
        feed::CommaSeparatedMembers(color.clone()),
        feed::CommaSeparatedPairs(color.clone()),
        feed::DotSeparated(vec![1, 2]),
        Some(feed::CommaSeparatedMembers(color.clone())),
        Some(feed::PipeSeparatedMembers(color.clone())),
        Some(feed::CommaSeparatedPairs(color)),
        Some("red"),
    );
    all.await.unwrap();
    let seen = recorder.last();
    let line = percent_encoding::percent_decode_str(&seen.line).decode_utf8_lossy();
    assert_eq!(line, "GET /styles/r,1,name,red/r=1,name=red/.1.2");
    assert_eq!(seen.query, "form=r%2C1%2Cname%2Cred&piped=r%7C1%7Cname%7Cred");
    assert_eq!(seen.header("x-color"), Some("r=1,name=red"));
    assert_eq!(seen.header("cookie"), Some("color=red"));
}

#[tokio::test]
async fn a_document_of_swagger_2_says_the_same() {
    let recorder = Recorder::new(Answer::json(200, &json!({})));
    let engine = engine(&recorder);
    engine.put_container_archive("c", "/tmp", Some("application/x-tar"), Body::from("tar")).await.unwrap();
    let seen = recorder.last();
    assert_eq!((&*seen.line, &*seen.query), ("PUT /v1/containers/c/archive", "path=%2Ftmp"));
    assert_eq!(
        (seen.kind(), &*seen.body),
        (Some("application/x-tar"), "tar"),
        "`content-type` header and body"
    );
}
