//! Tests that a credential is sent only to the origin that the client was built for.

use afresh::{Client, RefreshToken, Reply, Result, Tokens, api};
use afresh_tests::{Answer, Authority, AuthorityConfig, Origins, Role, Seen, Stage, World};
use reqwest::Method;
use serde_json::Value;

use crate::api::{ANN, CookieShop, CookieShopClient, ORIGIN, ShopClient, order, tokens};
use crate::transports::ConnectTo;

/// Origins that differ from the shop's origin, even though some look similar.
pub const ELSEWHERE: [&str; 6] = [
    "https://evil.test",
    "http://shop.test",
    "https://shop.test:8443",
    "https://www.shop.test",
    "https://shop.test.evil.test",
    "https://shop.test@evil.test",
];

#[api(token_header = "x-auth-token", scheme = none)]
pub trait HeaderApi {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Reply<Value>>;

    #[post("/orders/{id}")]
    async fn change(&self, id: u64, #[json("name")] name: &str) -> Result<Reply<Value>>;
}

/// Returns the shop's fake server, a fake server for all other origins, and a transport that connects to both servers.
pub fn worlds() -> (World, Stage, Origins) {
    let (home, elsewhere) = (World::new(), Stage::new());
    elsewhere.respond(|_| order(7));
    let mut origins = Origins::new().at(ORIGIN, home.clone());
    for host in ["evil.test", "shop.test", "www.shop.test", "shop.test.evil.test"] {
        origins = origins.at(host, elsewhere.clone());
    }
    (home, elsewhere, origins)
}

pub fn shop(world: &World, origins: &Origins) -> ShopClient {
    let issued = tokens(&world.authority.issue());
    let builder = ShopClient::builder(ORIGIN).connect_to(origins.clone()).tokens(issued);
    builder.header("x-api-key", format!("{}-key", world.authority.canary())).build().unwrap()
}

pub fn get(url: &str) -> reqwest::Request {
    reqwest::Request::new(Method::GET, url.parse().unwrap())
}

/// Asserts that the request contains no token issued by the fake server.
pub fn assert_carries_no_secret(seen: &Seen, authority: &Authority) {
    let everything = format!("{:?} {} {:?}", seen.headers(), seen.uri(), seen.body());
    assert!(!everything.contains(&authority.canary()), "{everything}");
    assert_eq!(
        (seen.header("authorization"), seen.header("cookie")),
        (None, None),
        "`authorization` and `cookie` headers"
    );
}

/// N3: a hand-written request to another origin is sent unchanged, without a token, and never waits for a refresh.
#[tokio::test(start_paused = true)]
async fn a_request_to_another_origin_ignores_the_session() {
    for target in ELSEWHERE {
        let (home, elsewhere, origins) = worlds();
        let shop = shop(&home, &origins);
        elsewhere.respond(|_| 401);
        let response = shop.client().execute(get(&format!("{target}/orders/7"))).await.unwrap();
        assert_eq!(response.status().as_u16(), 401, "{target}");
        assert_eq!(elsewhere.sends(), 1, "requests at the API: {target}");
        assert_eq!(home.routes(), [""; 0]);
        let seen = elsewhere.log().remove(0);
        // If the URL that the caller passes contains a user name, the `authorization` header contains that user name.
        let of_caller = seen.header("authorization").is_some_and(|value| value.starts_with("Basic "));
        assert!(of_caller || seen.header("authorization").is_none());
        assert!(!format!("{:?}", seen.headers()).contains(&home.authority.canary()));
    }
}

/// N3: an argument at the start of the path cannot change the request's host.
#[tokio::test(start_paused = true)]
async fn a_path_argument_cannot_change_the_host() {
    #[api]
    trait Root {
        #[get("/{first}")]
        async fn get(&self, first: &str) -> Result<Value>;
    }

    let (home, elsewhere, origins) = worlds();
    home.stage.respond(|_| order(7));
    let root = RootClient::new(shop(&home, &origins).client().clone());
    for first in [
        "/evil.test",
        "//evil.test/a",
        "\\evil.test",
        "@evil.test",
        ":8443",
        ".evil.test",
        "https://evil.test",
    ] {
        root.get(first).await.unwrap();
        let seen = home.stage.log().pop().unwrap();
        assert_eq!(seen.origin().as_str(), ORIGIN, "{first}: {seen:?}");
        assert_eq!(seen.path().split('/').count(), 2, "{first}: {seen:?}");
    }
    elsewhere.assert_sends(0);
}

/// N4: the builder rejects a plain `http` URL unless the host is a loopback address or the user calls `allow_http`.
#[test]
fn plain_http_is_allowed_for_loopback_only() {
    let build = |url: &str| Client::builder(url).build();
    for url in ["http://example", "http://shop.test:80/api", "http://localhost.evil.test", "http://10.0.0.1"]
    {
        let error = build(url).unwrap_err();
        assert!(error.is_builder() && error.to_string().contains("allow_http"), "{error}");
        Client::builder(url).allow_http().build().unwrap();
    }
    for url in [
        "http://localhost:8080",
        "http://127.0.0.1:1",
        "http://[::1]/",
        "https://example",
        "http://a.localhost",
    ] {
        build(url).unwrap();
    }
    for url in [
        "ftp://shop.test",
        "shop.test",
        "",
        "https://",
        "https://user:pw@shop.test",
        "https://shop.test/?a=b",
    ] {
        let error = Client::builder(url).allow_http().build().unwrap_err();
        assert!(error.is_builder(), "{url}: {error}");
    }
}

/// N5: the refresh token is sent only to the origin of the API that declares the refresh method, even if other APIs
/// share the session.
#[tokio::test(start_paused = true)]
async fn the_refresh_token_goes_to_its_own_origin_only() {
    let (home, elsewhere, origins) = worlds();
    let shop = shop(&home, &origins);
    let other = HeaderApiClient::builder("https://www.shop.test").connect_to(origins.clone());
    let other = other.session(shop.session().clone()).build().unwrap();
    let authority = home.authority.clone();
    elsewhere.respond(move |seen| match seen.header("x-auth-token") {
        Some(token) if authority.accepts(token) => 204,
        _ => 403,
    });
    home.authority.expire();
    other.order(7).await.unwrap_err();
    elsewhere.assert_sends(2);
    home.authority.assert_granted(1);
    for seen in elsewhere.log() {
        assert!(!format!("{:?}{:?}", seen.headers(), seen.body()).contains("-refresh-"));
    }
}

/// N5: the session's cookies are sent only to the session's origin, even if their domain includes all subdomains. A
/// response from another origin cannot set cookies.
#[tokio::test(start_paused = true)]
async fn the_refresh_cookie_goes_to_its_own_origin_only() {
    let (home, elsewhere) = (World::with(AuthorityConfig::cookie()), Stage::new());
    home.authority.configure(|config| config.cookie_attributes = "; Domain=shop.test; Path=/");
    let planted = "refresh_token=planted; Domain=shop.test; Path=/";
    elsewhere.respond(move |_| Answer::from(order(7)).header("set-cookie", planted));
    let origins = Origins::new().at(ORIGIN, home.clone()).at("www.shop.test", elsewhere.clone());
    let shop = CookieShopClient::builder(ORIGIN).connect_to(origins.clone()).build().unwrap();
    shop.login(&ANN).await.unwrap();
    home.stage.respond(|_| Answer::redirect("https://www.shop.test/orders/7"));
    assert_eq!(shop.order(7).await.unwrap().id, 7);
    assert_carries_no_secret(&elsewhere.log()[0], &home.authority);

    home.guard_with(403, |_| order(7));
    home.authority.expire();
    assert_eq!(shop.order(7).await.unwrap().id, 7);
    let exchange = home.authority.requests(Role::Refresh).remove(0);
    assert_eq!(exchange.header("cookie"), Some(&*format!("refresh_token={}", home.authority.refresh(1))));
}

/// N6: two URLs have the same origin (RFC 6454) if they differ only in the case of the scheme or host, in a default
/// port that one of them states, or in a trailing dot after the host.
#[tokio::test(start_paused = true)]
async fn different_spellings_of_an_origin_are_the_same_origin() {
    let (home, everywhere) = (World::new(), Stage::new());
    everywhere.respond(|_| 200);
    let mut origins = Origins::new();
    for host in ["bücher.test", "xn--bcher-kva.test", "xn--bcher-kva.test.", "shop.test", "shop.test."] {
        origins = origins.at(host, everywhere.clone());
    }
    let carries = async |base: &str, url: &str| {
        let issued = tokens(&home.authority.issue());
        let client = Client::builder(base).connect_to(origins.clone()).tokens(issued).build().unwrap();
        client.execute(get(url)).await.unwrap();
        everywhere.log().last().unwrap().token().is_some()
    };
    for (base, url) in [
        ("https://shop.test", "https://SHOP.Test/a"),
        ("https://shop.test", "https://shop.test:443/a"),
        ("https://shop.test:443/", "https://shop.test/a"),
        ("https://shop.test", "HTTPS://shop.test./a"),
        ("https://Shop.test.", "https://shop.test/a"),
        ("https://bücher.test", "https://xn--bcher-kva.test/"),
        ("https://shop.test/api/v2", "https://shop.test/elsewhere"),
        ("https://shop.test", "https:\\\\shop.test\\a"),
    ] {
        assert!(carries(base, url).await, "{url} is at {base}");
    }
    for (base, url) in [
        ("https://shop.test", "https://shop.test:444/"),
        ("https://shop.test:8443", "https://shop.test/"),
        ("https://shop.test", "http://shop.test:443/"),
        ("https://xn--bcher-kva.test", "https://shop.test/"),
    ] {
        assert!(!carries(base, url).await, "{url} is not at {base}");
    }
}
