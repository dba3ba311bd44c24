//! Tests arguments in the path, the query and the headers over real sockets.

use std::collections::BTreeMap;

use afresh::{Result, api};
use http::HeaderMap;
use serde::Serialize;

use crate::sockets::server::{Server, line, values};

#[derive(Serialize)]
struct UserId(u64);

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Open,
    InTransit,
}

#[derive(Serialize)]
struct Page<'a> {
    size: u8,
    after: Option<&'a str>,
    #[serde(rename = "sort[]")]
    sort: Vec<&'a str>,
}

/// The query of a request contains the trait's constants first, then the method's constants, and then the arguments.
#[api(path = "/api/v1")]
#[header("accept" = "application/json")]
#[query("v" = "2")]
trait Arguments {
    #[get("/users/{id}/files/{name}.txt")]
    async fn file(&self, id: UserId, #[path("name")] file: &str) -> Result<()>;

    #[get("/{status}/{letter}/{ok}/{ratio}")]
    async fn scalars(&self, status: Status, letter: char, ok: bool, ratio: f32) -> Result<()>;

    #[get("/orders")]
    #[query("kind" = "a b&c")]
    async fn orders(
        &self,
        #[query] status: Option<Status>,
        #[query] tag: &[&str],
        #[query("page[size]")] size: u64,
        #[query] r#type: &str,
    ) -> Result<()>;

    #[get("/pages")]
    async fn pages(&self, #[query] page: &Page<'_>, #[query] more: &BTreeMap<&str, i8>) -> Result<()>;

    #[get("/headers")]
    #[header("x-constant" = "one, two")]
    async fn headers(
        &self,
        #[header("X-Trace")] trace: &str,
        #[header("x-count")] count: Option<u32>,
        #[header("x-many")] many: &[&str],
        #[header] more: HeaderMap,
    ) -> Result<()>;

    #[get("/")]
    async fn root(&self) -> Result<()>;
}

/// A trait with every HTTP method attribute, and with an HTTP method that has no attribute.
#[api]
trait Verbs {
    #[get("/v")]
    async fn get(&self) -> Result<()>;
    #[post("/v")]
    async fn post(&self) -> Result<()>;
    #[put("/v")]
    async fn put(&self) -> Result<()>;
    #[patch("/v")]
    async fn patch(&self) -> Result<()>;
    #[delete("/v")]
    async fn delete(&self) -> Result<()>;
    #[head("/v")]
    async fn head(&self) -> Result<()>;
    #[options("/v")]
    async fn options(&self) -> Result<()>;
    #[request("PROPFIND", "/v")]
    async fn propfind(&self) -> Result<()>;
}

#[tokio::test]
async fn a_path_argument_is_one_segment_percent_encoded() {
    let server = Server::content().await;
    let api = ArgumentsClient::builder(server.url()).build().unwrap();
    api.file(UserId(7), "a/b c%é").await.unwrap();
    assert_eq!(line(&server.last()), "GET /api/v1/users/7/files/a%2Fb%20c%25%C3%A9.txt?v=2");
    api.scalars(Status::InTransit, 'ß', true, 1.5).await.unwrap();
    assert_eq!(line(&server.last()), "GET /api/v1/in-transit/%C3%9F/true/1.5?v=2");
    api.root().await.unwrap();
    assert_eq!(line(&server.last()), "GET /api/v1/?v=2");
}

#[tokio::test]
async fn a_base_url_may_have_a_path() {
    let server = Server::content().await;
    for base in [format!("{}/proxy", server.url()), format!("{}/proxy/", server.url())] {
        ArgumentsClient::builder(&base).build().unwrap().root().await.unwrap();
        assert_eq!(line(&server.last()), "GET /proxy/api/v1/?v=2");
    }
}

#[tokio::test]
async fn the_type_of_a_query_argument_decides_how_it_is_sent() {
    let server = Server::content().await;
    let api = ArgumentsClient::builder(server.url()).build().unwrap();
    api.orders(Some(Status::Open), &["x", "y z"], 20, "a+b").await.unwrap();
    let expected = "v=2&kind=a%20b%26c&status=open&tag=x&tag=y%20z&page%5Bsize%5D=20&type=a%2Bb";
    assert_eq!(server.last().uri().query(), Some(expected));
    api.orders(None, &[], u64::MAX, "").await.unwrap();
    let expected = "v=2&kind=a%20b%26c&page%5Bsize%5D=18446744073709551615&type=";
    assert_eq!(server.last().uri().query(), Some(expected));

    let page = Page { size: 5, after: Some("a=1"), sort: vec!["name", "-id"] };
    api.pages(&page, &BTreeMap::from([("k", -1), ("l", 2)])).await.unwrap();
    let expected = "v=2&size=5&after=a%3D1&sort%5B%5D=name&sort%5B%5D=-id&k=-1&l=2";
    assert_eq!(server.last().uri().query(), Some(expected));
}

#[tokio::test]
async fn a_header_argument_is_a_header_of_its_name() {
    let server = Server::content().await;
    let api = ArgumentsClient::builder(server.url()).header("x-client", "ios").build().unwrap();
    let mut more = HeaderMap::new();
    for (name, value) in [("x-more", "1"), ("x-more", "2"), ("x-trace", "again")] {
        more.append(name, value.parse().unwrap());
    }
    api.headers("t 1", Some(7), &["a", "b"], more).await.unwrap();
    let seen = server.last();
    assert_eq!(values(&seen, "accept"), ["application/json"]);
    assert_eq!(values(&seen, "x-constant"), ["one, two"]);
    assert_eq!(values(&seen, "x-client"), ["ios"]);
    assert_eq!(
        (values(&seen, "x-count"), values(&seen, "x-many")),
        (vec!["7"], vec!["a", "b"]),
        "`x-count` and `x-many` headers"
    );
    assert_eq!(
        (values(&seen, "x-trace"), values(&seen, "x-more")),
        (vec!["t 1", "again"], vec!["1", "2"]),
        "`x-trace` and `x-more` headers"
    );
    assert_eq!(values(&seen, "authorization"), [""; 0]);

    api.headers("t 2", None, &[], HeaderMap::new()).await.unwrap();
    let seen = server.last();
    assert!(!seen.headers().contains_key("x-count") && !seen.headers().contains_key("x-many"));
    assert_eq!(values(&seen, "x-trace"), ["t 2"]);
}

#[tokio::test]
async fn every_method_attribute_sends_its_http_method() {
    let server = Server::content().await;
    let api = VerbsClient::builder(server.url()).build().unwrap();
    for (call, verb) in [
        (api.get(), "GET"),
        (api.post(), "POST"),
        (api.put(), "PUT"),
        (api.patch(), "PATCH"),
        (api.delete(), "DELETE"),
        (api.head(), "HEAD"),
        (api.options(), "OPTIONS"),
        (api.propfind(), "PROPFIND"),
    ] {
        call.await.unwrap();
        let seen = server.last();
        assert_eq!(
            (line(&seen), seen.body().len()),
            (format!("{verb} /v"), 0),
            "request line and body length"
        );
        assert!(!seen.headers().contains_key("content-type"), "{verb} has no body");
    }
}

#[tokio::test]
async fn an_argument_that_cannot_be_sent_is_an_error_before_anything_is_sent() {
    let server = Server::content().await;
    let api = ArgumentsClient::builder(server.url()).build().unwrap();
    let headers = |trace: &str| api.headers(trace, None, &[], HeaderMap::new());
    for call in [
        api.file(UserId(7), ""),
        headers("a\r\nb"),
        headers("\0"),
        api.scalars(Status::Open, 'a', true, f32::NAN),
    ] {
        let error = call.await.unwrap_err();
        assert!(error.is_request() && error.method().is_some(), "{error:?}");
    }
    assert_eq!(server.seen().len(), 0);
}
