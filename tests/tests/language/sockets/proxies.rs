//! Tests which requests a system proxy receives. The environment variables that name a proxy, such as `HTTP_PROXY`, are
//! read once per process, so the test runs itself in a new process that has these variables.

use std::env;
use std::process::Command;

use afresh::{Result, Tokens, api};
use serde_json::Value;

use crate::sockets::server::{Server, json, redirect, values};

#[api]
trait Plain {
    #[get("/old")]
    async fn old(&self) -> Result<Value>;
}

const SERVER: &str = "AFRESH_TEST_SERVER";

/// N4: requests to the local machine are not sent through a system proxy. Plain `http` to the local machine is allowed
/// only because no proxy sees the request.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_the_system_sees_no_request_to_this_machine() {
    if let Ok(server) = env::var(SERVER) {
        return calls(&server).await;
    }
    let server = Server::content().await;
    let location = format!("{}/new", server.url());
    let proxy = Server::answering(move |request| match request.uri().path() {
        "/old" => redirect(302, &location),
        _ => json(500, "{}"),
    })
    .await;
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "sockets::proxies::a_proxy_of_the_system_sees_no_request_to_this_machine"]);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, proxy.url());
    }
    let child = child.env_remove("no_proxy").env_remove("NO_PROXY").env(SERVER, server.url());
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let direct = server.seen();
    assert!(direct.len() >= 2, "{direct:?}");
    assert_eq!(values(&direct[0], "authorization"), ["Bearer secret"]);
    assert_eq!(proxy.seen().len(), 1, "the request to another machine goes through the proxy");
}

/// Makes a call to the local machine, and a call that is redirected to the local machine. Both calls run in the process
/// whose environment variables name a proxy.
async fn calls(server: &str) {
    let client = PlainClient::builder(server).tokens(Tokens::new("secret")).build().unwrap();
    client.old().await.unwrap();
    // These calls can fail, but the proxy must not receive them.
    let port = server.rsplit(':').next().unwrap();
    for host in ["localhost", "[::1]", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{port}");
        let client = PlainClient::builder(url).allow_http().tokens(Tokens::new("secret")).build().unwrap();
        let _ = client.old().await;
    }
    let client = PlainClient::builder("http://shop.test").allow_http().build().unwrap();
    client.old().await.unwrap();
}
