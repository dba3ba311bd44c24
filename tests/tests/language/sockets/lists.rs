//! Tests paged lists over real sockets with an HTTP client that follows redirects before the runtime sees them.

use afresh::{Items, Result, api};
use futures_util::TryStreamExt;

use crate::sockets::server::{Server, json, line, redirect};

#[api]
trait Lists {
    #[pages(url = "/next", items = "/data")]
    #[get("/list")]
    async fn list(&self) -> Result<Items<u8>>;
}

async fn redirecting() -> Server {
    Server::answering(|request| match request.uri().path_and_query().unwrap().as_str() {
        "/list" => redirect(307, "/v2/lists/first"),
        "/v2/lists/first" => json(200, r#"{"data": [1, 2], "next": "second?p=2"}"#),
        "/v2/lists/second?p=2" => json(200, r#"{"data": [3], "next": null}"#),
        other => panic!("{other}"),
    })
    .await
}

/// RFC 8288 §3.2: a relative link is resolved against the response URL, even if the HTTP client has followed a
/// redirect.
#[tokio::test]
async fn a_relative_link_belongs_to_the_url_that_answered() {
    for follows in [false, true] {
        let server = redirecting().await;
        let mut builder = ListsClient::builder(server.url());
        if follows {
            builder = builder.http(reqwest::Client::new());
        }
        let items = builder.build().unwrap().list().await.unwrap();
        assert_eq!(items.try_collect::<Vec<_>>().await.unwrap(), [1, 2, 3], "items of all pages: {follows}");
        let lines: Vec<String> = server.seen().iter().map(line).collect();
        assert_eq!(lines, ["GET /list", "GET /v2/lists/first", "GET /v2/lists/second?p=2"], "{follows}");
    }
}
