//! Tests paging for the well-known public APIs in the guide's table, with one method per API and responses in the
//! format of that API.

use afresh::{Items, Result, api};
use afresh_tests::{Answer, Stage};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::api::client_on;

#[api]
trait Lists {
    #[pages(link)]
    #[get("/github")]
    async fn github(&self, #[query] per_page: u8) -> Result<Items<Value>>;

    #[pages(header = "x-next-page", into = "page")]
    #[get("/gitlab")]
    async fn gitlab(&self) -> Result<Items<Value>>;

    #[pages(url = "/next", items = "/values")]
    #[get("/bitbucket")]
    async fn bitbucket(&self) -> Result<Items<Value>>;

    #[pages(offset = "startAt", items = "/values")]
    #[get("/jira")]
    async fn jira(&self, #[query("maxResults")] size: u8) -> Result<Items<Value>>;

    #[pages(url = "/_links/next", items = "/results")]
    #[get("/confluence")]
    async fn confluence(&self) -> Result<Items<Value>>;

    #[pages(last = "/id", into = "starting_after", items = "/data", more = "/has_more")]
    #[get("/stripe")]
    async fn stripe(&self) -> Result<Items<Value>>;

    #[pages(number = "page", items = "/invoices")]
    #[get("/paypal")]
    async fn paypal(&self) -> Result<Items<Value>>;

    #[pages(cursor = "/cursor", into = "cursor", items = "/payments")]
    #[get("/square")]
    async fn square(&self) -> Result<Items<Value>>;

    #[pages(cursor = "/response_metadata?/next_cursor", into = "cursor", items = "/channels")]
    #[get("/slack")]
    async fn slack(&self) -> Result<Items<Value>>;

    #[pages(last = "/id", into = "before")]
    #[get("/discord")]
    async fn discord(&self) -> Result<Items<Value>>;

    #[pages(url = "/next_page_uri", items = "/messages")]
    #[get("/twilio")]
    async fn twilio(&self) -> Result<Items<Value>>;

    #[pages(url = "/@odata.nextLink", items = "/value")]
    #[get("/graph")]
    async fn microsoft_graph(&self) -> Result<Items<Value>>;

    #[pages(cursor = "/nextPageToken", into = "pageToken", items = "/files")]
    #[get("/drive")]
    async fn google_drive(&self) -> Result<Items<Value>>;

    #[pages(cursor = "/next_cursor", into = "start_cursor", items = "/results", more = "/has_more")]
    #[get("/notion")]
    async fn notion(&self) -> Result<Items<Value>>;

    #[pages(cursor = "/next_page?/offset", into = "offset", items = "/data")]
    #[get("/asana")]
    async fn asana(&self) -> Result<Items<Value>>;

    #[pages(url = "/nextRecordsUrl", items = "/records")]
    #[get("/salesforce")]
    async fn salesforce(&self) -> Result<Items<Value>>;

    #[pages(cursor = "/paging?/next/after", into = "after", items = "/results")]
    #[get("/hubspot")]
    async fn hubspot(&self) -> Result<Items<Value>>;

    #[pages(url = "/links/next", items = "/tickets", more = "/meta/has_more")]
    #[get("/zendesk")]
    async fn zendesk(&self) -> Result<Items<Value>>;

    #[pages(link, items = "/products")]
    #[get("/shopify")]
    async fn shopify(&self) -> Result<Items<Value>>;

    #[pages(cursor = "/meta/next_token", into = "pagination_token", items = "/data")]
    #[get("/x")]
    async fn x(&self) -> Result<Items<Value>>;

    #[pages(url = "/paging?/next", items = "/data")]
    #[get("/facebook")]
    async fn facebook(&self) -> Result<Items<Value>>;

    #[pages(cursor = "/data/after", into = "after", items = "/data/children")]
    #[get("/reddit")]
    async fn reddit(&self) -> Result<Items<Value>>;

    #[pages(url = "/next", items = "/items")]
    #[get("/spotify")]
    async fn spotify(&self) -> Result<Items<Value>>;

    #[pages(url = "/links/pages?/next", items = "/droplets")]
    #[get("/digitalocean")]
    async fn digitalocean(&self) -> Result<Items<Value>>;

    #[pages(header = "x-ms-continuationtoken", into = "continuationToken", items = "/value")]
    #[get("/azure")]
    async fn azure_devops(&self) -> Result<Items<Value>>;
}

/// A list of three elements that is split into two pages.
struct List {
    name: &'static str,
    /// The query string of the second request.
    second: &'static str,
    pages: [Answer; 2],
    /// The query string and response of the third request, for APIs with page numbers or offsets.
    end: Option<(&'static str, Answer)>,
}

fn list(name: &'static str, second: &'static str, pages: [Value; 2]) -> List {
    List { name, second, pages: pages.map(|page| Answer::json(200, page)), end: None }
}

impl List {
    fn header(mut self, page: usize, name: &str, value: &str) -> Self {
        self.pages[page] = self.pages[page].clone().header(name, value);
        self
    }

    fn ending(mut self, query: &'static str, answer: Value) -> Self {
        self.end = Some((query, Answer::json(200, answer)));
        self
    }

    async fn assert_is_read<F>(self, call: impl FnOnce(ListsClient) -> F)
    where
        F: Future<Output = Result<Items<Value>>>,
    {
        let stage = Stage::new();
        let Self { name, second, pages: [first, next], end } = self;
        let script = end.clone();
        stage.respond(move |seen| match (seen.query(), &script) {
            (Some(query), _) if query == second => next.clone(),
            (Some(query), Some((last, answer))) if query == *last => answer.clone(),
            _ => first.clone(),
        });
        let items = call(client_on(&stage)).await.unwrap();
        let items: Vec<Value> = items.try_collect().await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(items.len(), 3, "{name}: {items:?}");
        stage.assert_sends(if end.is_some() { 3 } else { 2 });
        assert_eq!(stage.log()[1].query(), Some(second), "{name}");
    }
}

fn a_b() -> Value {
    json!([{"id": "a"}, {"id": "b"}])
}

fn c() -> Value {
    json!([{"id": "c"}])
}

/// GitHub and Shopify return the URL of the next page in a `Link` header.
#[tokio::test(start_paused = true)]
async fn link_headers() {
    let next = r#"<https://shop.test/github?per_page=2&page=2>; rel="next", <https://shop.test/github?per_page=2&page=2>; rel="last""#;
    let first = r#"<https://shop.test/github?per_page=2&page=1>; rel="prev", <https://shop.test/github?per_page=2&page=1>; rel="first""#;
    let github = list("GitHub", "per_page=2&page=2", [a_b(), c()]).header(0, "link", next);
    github.header(1, "link", first).assert_is_read(|lists| async move { lists.github(2).await }).await;

    let next = r#"<https://shop.test/shopify?limit=2&page_info=eyJsYXN0>; rel="next""#;
    let shopify = [json!({"products": a_b()}), json!({"products": c()})];
    let shopify = list("Shopify", "limit=2&page_info=eyJsYXN0", shopify).header(0, "link", next);
    shopify.assert_is_read(|lists| async move { lists.shopify().await }).await;
}

/// GitLab and Azure DevOps describe the next page in custom headers.
#[tokio::test(start_paused = true)]
async fn other_headers() {
    let gitlab = list("GitLab", "page=2", [a_b(), c()]).header(0, "x-next-page", "2");
    gitlab.header(1, "x-next-page", "").assert_is_read(|lists| async move { lists.gitlab().await }).await;

    let azure = [json!({"count": 2, "value": a_b()}), json!({"count": 1, "value": c()})];
    let azure = list("Azure DevOps", "continuationToken=2024%3B7", azure);
    let azure = azure.header(0, "x-ms-continuationtoken", "2024;7");
    azure.assert_is_read(|lists| async move { lists.azure_devops().await }).await;
}

/// Bitbucket, Confluence, Twilio, Microsoft Graph, Salesforce, Zendesk, Facebook, Spotify and DigitalOcean return the
/// URL of the next page in the response body.
#[tokio::test(start_paused = true)]
async fn urls_in_the_body() {
    let pages = [
        json!({"pagelen": 2, "values": a_b(), "next": "https://shop.test/bitbucket?page=2"}),
        json!({"pagelen": 2, "values": c()}),
    ];
    list("Bitbucket", "page=2", pages).assert_is_read(|lists| async move { lists.bitbucket().await }).await;

    let pages = [
        json!({"results": a_b(), "_links": {"next": "/confluence?cursor=x%3D", "base": "https://shop.test"}}),
        json!({"results": c(), "_links": {"base": "https://shop.test"}}),
    ];
    let confluence = list("Confluence", "cursor=x%3D", pages);
    confluence.assert_is_read(|lists| async move { lists.confluence().await }).await;

    let pages = [
        json!({"messages": a_b(), "next_page_uri": "/twilio?Page=1&PageToken=PT", "page": 0}),
        json!({"messages": c(), "next_page_uri": null, "page": 1}),
    ];
    let twilio = list("Twilio", "Page=1&PageToken=PT", pages);
    twilio.assert_is_read(|lists| async move { lists.twilio().await }).await;

    let pages = [
        json!({"@odata.context": "x", "value": a_b(), "@odata.nextLink": "https://shop.test/graph?$skiptoken=X%27"}),
        json!({"@odata.context": "x", "value": c()}),
    ];
    let graph = list("Microsoft Graph", "$skiptoken=X%27", pages);
    graph.assert_is_read(|lists| async move { lists.microsoft_graph().await }).await;

    let pages = [
        json!({"totalSize": 3, "done": false, "nextRecordsUrl": "/salesforce?at=2000", "records": a_b()}),
        json!({"totalSize": 3, "done": true, "records": c()}),
    ];
    list("Salesforce", "at=2000", pages)
        .assert_is_read(|lists| async move { lists.salesforce().await })
        .await;

    let next = "https://shop.test/zendesk?page[after]=x&page[size]=2";
    let pages = [
        json!({"tickets": a_b(), "meta": {"has_more": true}, "links": {"next": next}}),
        json!({"tickets": c(), "meta": {"has_more": false}, "links": {"next": next}}),
    ];
    let zendesk = list("Zendesk", "page[after]=x&page[size]=2", pages);
    zendesk.assert_is_read(|lists| async move { lists.zendesk().await }).await;

    let pages = [
        json!({"data": a_b(), "paging": {"cursors": {"after": "A"}, "next": "https://shop.test/facebook?after=A"}}),
        json!({"data": c()}),
    ];
    list("Facebook", "after=A", pages).assert_is_read(|lists| async move { lists.facebook().await }).await;

    let pages = [
        json!({"href": "x", "items": a_b(), "next": "https://shop.test/spotify?offset=2", "previous": null}),
        json!({"href": "x", "items": c(), "next": null}),
    ];
    list("Spotify", "offset=2", pages).assert_is_read(|lists| async move { lists.spotify().await }).await;

    let pages = [
        json!({"droplets": a_b(), "links": {"pages": {"next": "https://shop.test/digitalocean?page=2"}}}),
        json!({"droplets": c(), "links": {}}),
    ];
    let digitalocean = list("DigitalOcean", "page=2", pages);
    digitalocean.assert_is_read(|lists| async move { lists.digitalocean().await }).await;
}

/// Square, Slack, Google, Notion, Asana, HubSpot, X and Reddit return a cursor in the response body.
#[tokio::test(start_paused = true)]
async fn cursors_in_the_body() {
    let pages = [json!({"payments": a_b(), "cursor": "q/+="}), json!({"payments": c()})];
    let square = list("Square", "cursor=q%2F%2B%3D", pages);
    square.assert_is_read(|lists| async move { lists.square().await }).await;

    let pages = [
        json!({"ok": true, "channels": a_b(), "response_metadata": {"next_cursor": "dGVhbQ=="}}),
        json!({"ok": true, "channels": c(), "response_metadata": {"next_cursor": ""}}),
    ];
    list("Slack", "cursor=dGVhbQ%3D%3D", pages)
        .assert_is_read(|lists| async move { lists.slack().await })
        .await;

    let pages =
        [json!({"kind": "x", "files": a_b(), "nextPageToken": "t"}), json!({"kind": "x", "files": c()})];
    list("Google", "pageToken=t", pages)
        .assert_is_read(|lists| async move { lists.google_drive().await })
        .await;

    let pages = [
        json!({"object": "list", "results": a_b(), "next_cursor": "n", "has_more": true}),
        json!({"object": "list", "results": c(), "next_cursor": null, "has_more": false}),
    ];
    list("Notion", "start_cursor=n", pages).assert_is_read(|lists| async move { lists.notion().await }).await;

    let pages = [
        json!({"data": a_b(), "next_page": {"offset": "eyJ0", "path": "/x", "uri": "https://x"}}),
        json!({"data": c(), "next_page": null}),
    ];
    list("Asana", "offset=eyJ0", pages).assert_is_read(|lists| async move { lists.asana().await }).await;

    let pages =
        [json!({"results": a_b(), "paging": {"next": {"after": "2", "link": "x"}}}), json!({"results": c()})];
    list("HubSpot", "after=2", pages).assert_is_read(|lists| async move { lists.hubspot().await }).await;

    let pages = [
        json!({"data": a_b(), "meta": {"result_count": 2, "next_token": "7140w"}}),
        json!({"data": c(), "meta": {"result_count": 1}}),
    ];
    list("X", "pagination_token=7140w", pages).assert_is_read(|lists| async move { lists.x().await }).await;

    let pages = [
        json!({"kind": "Listing", "data": {"after": "t3_b", "children": a_b()}}),
        json!({"kind": "Listing", "data": {"after": null, "children": c()}}),
    ];
    list("Reddit", "after=t3_b", pages).assert_is_read(|lists| async move { lists.reddit().await }).await;
}

/// For Stripe and Discord, the id of the last element is the cursor for the next page.
#[tokio::test(start_paused = true)]
async fn last_elements() {
    let pages = [
        json!({"object": "list", "has_more": true, "data": a_b()}),
        json!({"object": "list", "has_more": false, "data": c()}),
    ];
    let stripe = list("Stripe", "starting_after=b", pages);
    stripe.assert_is_read(|lists| async move { lists.stripe().await }).await;

    let discord = list("Discord", "before=b", [a_b(), c()]).ending("before=c", json!([]));
    discord.assert_is_read(|lists| async move { lists.discord().await }).await;
}

/// Jira and PayPal return the total number of elements or pages.
#[tokio::test(start_paused = true)]
async fn counters() {
    let jira = |values: Value| json!({"startAt": 0, "maxResults": 2, "total": 3, "values": values});
    let list_of_jira = list("Jira", "maxResults=2&startAt=2", [jira(a_b()), jira(c())]);
    let list_of_jira = list_of_jira.ending("maxResults=2&startAt=3", jira(json!([])));
    list_of_jira.assert_is_read(|lists| async move { lists.jira(2).await }).await;

    let paypal = list("PayPal", "page=2", [json!({"invoices": a_b()}), json!({"invoices": c()})]);
    let paypal = paypal.ending("page=3", json!({"total_pages": 2}));
    paypal.assert_is_read(|lists| async move { lists.paypal().await }).await;
}
