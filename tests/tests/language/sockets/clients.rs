//! Tests complete sessions over real sockets, with the runtime's HTTP client and with an HTTP client provided by the
//! user.

use std::error::Error as _;

use afresh::{RefreshToken, Reply, Result, Tokens, api};
use afresh_tests::{AuthorityConfig, Role, World};
use serde_json::{Value, json};

use crate::sockets::server::{Server, line, refusing, values};

#[api]
trait Shop {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json("user")] user: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[bearer] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64, #[query] q: Option<&str>) -> Result<Reply<Value>>;
}

#[api(scheme = none)]
trait Seed {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[form("user")] user: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Value>;
}

#[tokio::test]
async fn a_session_works_over_sockets() {
    let world = World::new();
    let listening = world.listen().await;
    world.guard_with(403, |seen| (200, json!({ "path": seen.path() })));
    let shop = ShopClient::builder(&listening.base_url).build().unwrap();
    shop.login("ann").await.unwrap();
    let reply = shop.order(7, None).await.unwrap();
    assert_eq!(
        (reply.receipt().sends(), &reply.body),
        (1, &json!({ "path": "/orders/7" })),
        "sends and body of the reply"
    );
    world.authority.expire();
    let calls: Vec<_> = (0..64).map(|id| tokio::spawn(shop.order(id, None))).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    world.authority.assert_refreshes(1);
    let exchange = world.authority.requests(Role::Refresh).remove(0);
    assert_eq!(exchange.header("authorization"), Some(&*format!("Bearer {}", world.authority.refresh(1))));
    shop.logout().await.unwrap();
    assert!(shop.order(7, None).await.unwrap_err().is_no_session());
}

/// P4: a cookie session works even if the HTTP client has no cookie jar.
#[tokio::test]
async fn a_cookie_session_needs_no_cookie_jar_in_the_http_client() {
    let own = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for http in [None, Some(own), Some(reqwest::Client::new())] {
        let world = World::with(AuthorityConfig::cookie());
        let listening = world.listen().await;
        world.guard(403);
        let builder = SeedClient::builder(&listening.base_url);
        let builder = if let Some(client) = http { builder.http(client) } else { builder };
        let seed = builder.build().unwrap();
        seed.login("ann").await.unwrap();
        for _ in 0..3 {
            world.authority.expire();
            seed.order(7).await.unwrap();
        }
        world.authority.assert_granted(3);
    }
}

#[tokio::test]
async fn settings_of_the_users_http_client_apply() {
    let server = Server::content().await;
    let mut headers = http::HeaderMap::new();
    headers.insert("x-theirs", "1".parse().unwrap());
    let own = reqwest::Client::builder().default_headers(headers).user_agent("theirs/1");
    let own = own.redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let tokens = Tokens::new("access");
    let shop =
        ShopClient::builder(server.url()).http(own).tokens(tokens).header("x-ours", "2").build().unwrap();
    shop.order(7, Some("a b")).await.unwrap();
    let seen = server.last();
    assert_eq!(
        (values(&seen, "x-theirs"), values(&seen, "x-ours")),
        (vec!["1"], vec!["2"]),
        "`x-theirs` and `x-ours` headers"
    );
    assert_eq!(
        (values(&seen, "user-agent"), values(&seen, "authorization")),
        (vec!["theirs/1"], vec!["Bearer access"]),
        "`user-agent` and `authorization` headers"
    );
    assert_eq!(line(&seen), "GET /orders/7?q=a%20b");
}

/// U3: if a call or a refresh fails because of a network failure, the error does not contain the URL or the query
/// values in the URL.
#[tokio::test]
async fn a_network_error_names_no_query_value() {
    let (_held, url) = refusing();
    let broken = World::new();
    let listening = broken.listen().await;
    broken.stage.respond(|_| afresh_tests::Answer::reset());
    for base in [&url, &listening.base_url] {
        for http in [None, Some(reqwest::Client::new())] {
            let builder = ShopClient::builder(base).tokens(Tokens::new("canary-1").with_refresh("canary-2"));
            let builder = if let Some(client) = http { builder.http(client) } else { builder };
            let shop = builder.build().unwrap();
            let error = shop.order(7, Some("canary-3")).await.unwrap_err();
            let mut said = format!("{error} {error:?} {error:#?}");
            let mut cause = error.source();
            while let Some(error) = cause {
                said += &format!("{error} {error:?}");
                cause = error.source();
            }
            assert!(!said.contains("canary"), "{said}");
        }
    }
}
