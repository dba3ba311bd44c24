//! Tests the form in which the server receives cookies, rest parameters and other arguments.

use std::borrow::Cow;

use afresh::{RefreshToken, Result, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Stage, World};
use serde::Serialize;
use serde_json::json;

use crate::api::{ORIGIN, client_on, only};

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Theme {
    Dark,
}

#[api]
trait Settings {
    #[get("/settings")]
    async fn read(
        &self,
        #[cookie("theme")] theme: &Theme,
        #[cookie("level")] level: Option<u8>,
        #[cookie] locale: &str,
    ) -> Result<()>;

    #[get("/settings")]
    async fn maybe(&self, #[cookie] locale: Option<&str>) -> Result<()>;
}

#[tokio::test(start_paused = true)]
async fn cookies_share_one_header_in_the_order_of_the_parameters() {
    let stage = Stage::new();
    stage.respond(|_| 200);
    let settings: SettingsClient = client_on(&stage);
    settings.read(&Theme::Dark, Some(3), "de").await.unwrap();
    assert_eq!(only(&stage).header("cookie"), Some("theme=dark; level=3; locale=de"));
}

#[tokio::test(start_paused = true)]
async fn a_none_cookie_is_left_out_and_without_cookies_there_is_no_header() {
    let stage = Stage::new();
    stage.respond(|_| 200);
    let settings: SettingsClient = client_on(&stage);
    settings.maybe(None).await.unwrap();
    assert_eq!(only(&stage).header("cookie"), None);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_cookie_value_is_an_error_before_anything_is_sent() {
    let stage = Stage::new();
    let settings: SettingsClient = client_on(&stage);
    for wrong in ["a;b=c", "a b", "a\"b", "a,b", "ü", "a\r\nx: y"] {
        let error = settings.maybe(Some(wrong)).await.unwrap_err();
        assert!(error.is_request(), "{error}");
        assert!(!error.to_string().contains(wrong), "{error}");
    }
    stage.assert_sends(0);
}

#[api]
trait Portal {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json("user")] user: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    #[get("/home")]
    async fn home(&self, #[cookie] theme: &str) -> Result<()>;
}

#[tokio::test(start_paused = true)]
async fn both_sends_carry_a_cookie_argument_and_the_cookies_of_the_session() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard(403);
    let portal = PortalClient::builder(ORIGIN).transport(world.service()).build().unwrap();
    portal.login("ann").await.unwrap();
    world.authority.expire();
    portal.home("dark").await.unwrap();
    let sends = world.stage.log();
    assert_eq!(sends.len(), 2);
    for seen in &sends {
        assert_eq!(seen.cookie("theme"), Some("dark"), "{seen:?}");
        assert!(seen.cookie("refresh_token").is_some(), "{seen:?}");
        assert_eq!(
            seen.headers().get_all("cookie").iter().count(),
            1,
            "one header line contains all cookies"
        );
    }
    assert_ne!(sends[0].cookie("refresh_token"), sends[1].cookie("refresh_token"));
}

#[api]
trait CookieRefresh {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[cookie("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/home")]
    async fn home(&self) -> Result<()>;
}

#[tokio::test(start_paused = true)]
async fn a_refresh_can_put_its_token_into_a_cookie() {
    let world = World::with(AuthorityConfig::cookie());
    world.guard(403);
    let issued = world.authority.issue();
    let tokens = Tokens::new(&*issued.access).with_refresh(&*issued.refresh);
    let builder = CookieRefreshClient::builder(ORIGIN).transport(world.service()).tokens(tokens);
    let client = builder.build().unwrap();
    world.authority.expire();
    client.home().await.unwrap();
    world.authority.assert_granted(1);
    let [exchange] = &*world.authority.requests(afresh_tests::Role::Refresh) else { panic!("one exchange") };
    assert_eq!(exchange.cookie("refresh_token"), Some(&*issued.refresh));
}

#[api(path = "/repos/{owner}")]
trait Files {
    #[get("/files/{path*}")]
    async fn read(&self, owner: &str, path: &str) -> Result<()>;

    #[get("/trees/{rest*}/meta")]
    async fn meta(&self, #[path("rest")] segments: &[Cow<'_, str>], owner: &str) -> Result<()>;
}

#[tokio::test(start_paused = true)]
async fn a_rest_parameter_is_several_segments_each_encoded() {
    let stage = Stage::new();
    stage.respond(|_| 200);
    let files: FilesClient = client_on(&stage);
    files.read("a/b", "src/main file.rs").await.unwrap();
    files.read("ann", "docs/").await.unwrap();
    files.read("ann", "100%/a?b#c").await.unwrap();
    files.meta(&["src".into(), "a b".into()], "ann").await.unwrap();
    let routes = stage.routes();
    assert_eq!(
        routes,
        [
            "GET /repos/a%2Fb/files/src/main%20file.rs",
            "GET /repos/ann/files/docs/",
            "GET /repos/ann/files/100%25/a%3Fb%23c",
            "GET /repos/ann/trees/src/a%20b/meta",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_rest_parameter_that_would_change_the_path_is_never_sent() {
    let stage = Stage::new();
    let files: FilesClient = client_on(&stage);
    for wrong in ["", "/", "/etc/passwd", "a//b", "..", "../x", "a/../b", "a/.", "./a"] {
        let error = files.read("ann", wrong).await.unwrap_err();
        assert!(error.is_request(), "{wrong:?}: {error}");
    }
    assert!(files.meta(&[], "ann").await.unwrap_err().is_request());
    stage.assert_sends(0);
}

#[api]
trait Paths {
    #[get("/{rest*}")]
    async fn read(&self, rest: &str) -> Result<String>;
}

#[tokio::test(start_paused = true)]
async fn a_rest_parameter_may_be_the_whole_path_and_is_sent_again() {
    let world = World::new();
    world.guard_with(403, |seen| Answer::json(200, json!(seen.path())));
    let paths: PathsClient = crate::api::logged_in_client(&world);
    assert_eq!(paths.read("a b/c").await.unwrap(), "/a%20b/c");
}

#[derive(Serialize)]
struct Filter {
    status: &'static str,
    tag: Vec<u8>,
}

#[api]
#[query("page" = "1")]
trait Filtered {
    #[get("/orders")]
    async fn orders(&self, #[query("filter")] by: &Filter, #[query] page: u8) -> Result<()>;

    #[get("/orders")]
    async fn nested(&self, #[query("filter")] by: &std::collections::BTreeMap<&str, Filter>) -> Result<()>;

    #[post("/orders")]
    #[json("pinned" = true, "v" = -1, "kind" = "order")]
    async fn pin(&self, #[json("id")] id: u64) -> Result<()>;
}

#[tokio::test(start_paused = true)]
async fn a_struct_under_a_given_name_is_sent_in_brackets_and_a_parameter_replaces_a_constant_of_the_trait() {
    let stage = Stage::new();
    stage.respond(|_| 200);
    let filtered: FilteredClient = client_on(&stage);
    filtered.orders(&Filter { status: "open", tag: vec![1, 2] }, 3).await.unwrap();
    let query = only(&stage).query().unwrap().replace("%5B", "[").replace("%5D", "]");
    assert_eq!(query, "filter[status]=open&filter[tag]=1&filter[tag]=2&page=3");
}

#[tokio::test(start_paused = true)]
async fn a_struct_inside_a_named_query_argument_is_an_error_before_anything_is_sent() {
    let stage = Stage::new();
    let filtered: FilteredClient = client_on(&stage);
    let by = [("a", Filter { status: "open", tag: vec![] })].into_iter().collect();
    assert!(filtered.nested(&by).await.unwrap_err().is_request());
    stage.assert_sends(0);
}

#[tokio::test(start_paused = true)]
async fn json_constants_keep_their_type() {
    let stage = Stage::new();
    stage.respond(|_| 200);
    let filtered: FilteredClient = client_on(&stage);
    filtered.pin(7).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(only(&stage).body()).unwrap();
    assert_eq!(body, json!({ "pinned": true, "v": -1, "kind": "order", "id": 7 }));
}
