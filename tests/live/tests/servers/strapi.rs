//! Tests Strapi: tokens in the JSON fields `jwt` and `refreshToken`, errors without an error code, lists with numbered
//! pages, and file uploads and downloads.

use afresh::session::SessionEvent;
use afresh::{
    AccessToken, AsTokens, Error, Items, Pages, Part, RefreshToken, Result, Session, SessionState, Tokens,
    api,
};
use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use crate::course::{Customer, Habits, Order, goes_the_course};
use crate::kit::Kit;
use crate::server::{Counts, Server};

/// The number of orders on the server. The first order has the number 0.
const ORDERS: u64 = 120;
const FIFTEEN_DAYS: u64 = 15 * 86_400;

/// The response to a login, a refresh or a password change.
#[derive(Debug, Deserialize, AsTokens)]
#[serde(rename_all = "camelCase")]
struct Pair {
    #[tokens(access)]
    jwt: AccessToken,
    #[tokens(refresh)]
    refresh_token: RefreshToken,
}

#[derive(Debug, Deserialize)]
struct Entry {
    number: u64,
    customer: String,
}

#[derive(Debug, Deserialize)]
struct Listed {
    data: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Upload {
    name: String,
    mime: String,
    url: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewPassword<'a> {
    current_password: &'a str,
    password: &'a str,
    password_confirmation: &'a str,
}

/// An API whose refresh endpoint rejects a token with an error message but no error code.
#[api(session_ends_when(json("/error/message") == "Invalid refresh token"))]
trait Shop {
    #[login]
    #[post("/api/auth/local")]
    async fn log_in(
        &self,
        #[json("identifier")] name: &str,
        #[json("password")] password: &str,
    ) -> Result<Pair>;

    #[refresh]
    #[post("/api/auth/refresh")]
    async fn refresh(&self, #[json("refreshToken")] token: RefreshToken) -> Result<Pair>;

    #[logout]
    #[post("/api/auth/logout")]
    async fn log_out(&self) -> Result<()>;

    /// Ends all of the user's sessions and starts a new session.
    #[post("/api/auth/change-password")]
    async fn change_password(&self, #[json] change: &NewPassword<'_>) -> Result<Pair>;

    #[get("/api/orders")]
    async fn order(&self, #[query("filters[number][$eq]")] number: u64) -> Result<Listed>;

    #[pages(number = "pagination[page]", items = "/data")]
    #[get("/api/orders")]
    #[query("sort" = "number")]
    async fn orders(&self, #[query("pagination[pageSize]")] size: u8) -> Result<Items<Entry>>;

    #[pages(offset = "pagination[start]", items = "/data")]
    #[get("/api/orders")]
    #[query("sort" = "number")]
    async fn parts_of_orders(&self, #[query("pagination[limit]")] size: u8) -> Result<Pages<Listed>>;

    #[get("/api/users")]
    async fn users(&self) -> Result<()>;

    #[post("/api/upload")]
    async fn upload(&self, #[part("files")] file: Part) -> Result<Vec<Upload>>;

    #[get("/uploads/{name}")]
    async fn download(&self, name: &str) -> Result<Bytes>;
}

impl Customer for ShopClient {
    async fn log_in(&self, _: &Server) -> Result<()> {
        Shop::log_in(self, "ann", "correct horse").await.map(drop)
    }

    async fn order(&self, id: u64) -> Result<Order> {
        let listed = Shop::order(self, id).await?;
        let [entry] = listed.data.as_slice() else { panic!("{listed:?}") };
        Ok(Order { id: entry.number, of: entry.customer.clone() })
    }

    async fn admin(&self) -> Result<()> {
        Shop::users(self).await
    }

    async fn log_out(&self) -> Result<()> {
        Shop::log_out(self).await
    }

    fn session(&self) -> &Session {
        ShopClient::session(self)
    }

    fn with(server: &Server, tokens: Tokens) -> Option<Self> {
        ShopClient::builder(server.base()).tokens(tokens).build().ok()
    }
}

fn client(server: &Server) -> ShopClient {
    ShopClient::builder(server.base()).build().unwrap()
}

/// B1, B3, C1, C2, D3, G1, G2, W10. One server serves all steps, because starting the server takes longer than making
/// the calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_in_json_that_rotate_lists_files_and_the_ends_of_a_session() {
    let Some(server) = Server::start(Kit::Strapi, "server.mjs", &[]).await else { return };
    let habits =
        Habits { name: "Strapi", expired: 401, rotates: true, reuse_ends_all: false, forbidden_costs: 1 };
    let shop = client(&server);
    goes_the_course(shop.clone(), &server, habits).await;
    lists_have_all_elements(&shop, &server).await;
    a_file_comes_back_as_it_was_sent(&shop, &server).await;
    a_logout_with_an_expired_token_ends_the_session(&shop, &server).await;
    a_refresh_token_expires(&server).await;
    a_new_password_ends_the_sessions_of_other_clients(&server).await;
}

/// Checks that a list contains every element exactly once, even if the token expires between two pages.
async fn lists_have_all_elements(shop: &ShopClient, server: &Server) {
    let before = server.counts().await;
    let mut orders = shop.orders(25).await.unwrap();
    let mut numbers = Vec::new();
    while let Some(order) = orders.next().await {
        numbers.push(order.unwrap().number);
        if numbers.len() == 30 {
            server.hours_pass().await;
        }
    }
    assert!(numbers.into_iter().eq(0..ORDERS));
    let since = server.counts().await - before;
    assert_eq!((since.refreshed, since.unauthorized), (1, 1), "refreshes, rejected calls: {since:?}");
    // Five pages have elements. The sixth page is empty, which ends the list.
    assert_eq!(since.ok, 6, "{since:?}");

    let pages: Vec<Listed> = shop.parts_of_orders(50).await.unwrap().try_collect().await.unwrap();
    let lengths: Vec<_> = pages.iter().map(|page| page.data.len()).collect();
    assert_eq!(lengths, [50, 50, 20, 0], "orders in each page");
    assert!(pages.iter().flat_map(|page| &page.data).map(|order| order.number).eq(0..ORDERS));
}

/// Checks that a refused upload is sent again with the whole file.
async fn a_file_comes_back_as_it_was_sent(shop: &ShopClient, server: &Server) {
    let content: Vec<u8> = (0..300_000_u32).map(|at| b'a' + (at % 26) as u8).collect();
    let path = std::env::temp_dir().join(format!("afresh-strapi-{}.txt", std::process::id()));
    std::fs::write(&path, &content).unwrap();
    let before = server.counts().await;
    server.hours_pass().await;
    let mut uploaded = Vec::new();
    for part in [Part::file(&path), Part::bytes(content.clone()).file_name("letters.txt")] {
        uploaded.extend(shop.upload(part).await.unwrap());
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!((server.counts().await - before).refreshed, 1);
    let [from_disk, from_memory] = uploaded.as_slice() else { panic!("{uploaded:?}") };
    assert_eq!(from_disk.mime, "text/plain");
    assert_eq!(from_memory.name, "letters.txt");
    for upload in [from_disk, from_memory] {
        let name = upload.url.strip_prefix("/uploads/").unwrap();
        assert!(shop.download(name).await.unwrap() == content, "{upload:?}");
    }
}

/// W10: Strapi rejects a logout with an expired access token, so the client refreshes once before the logout.
async fn a_logout_with_an_expired_token_ends_the_session(shop: &ShopClient, server: &Server) {
    let kept = Tokens::from_refresh(shop.session().tokens().unwrap().refresh_token().unwrap().secret());
    server.hours_pass().await;
    let before = server.counts().await;
    Shop::log_out(shop).await.unwrap();
    let since = server.counts().await - before;
    assert_eq!(
        (since.refreshed, since.live),
        (1, before.live - 1),
        "refreshes, valid refresh tokens: {since:?}"
    );
    for ended in join_all((0..20).map(|number| Shop::order(shop, number))).await {
        assert!(ended.unwrap_err().is_no_session());
    }
    assert_eq!(server.counts().await - before, since);
    let other = ShopClient::with(server, kept).unwrap();
    assert!(other.orders(25).await.unwrap_err().is_session_expired());
}

/// Checks that a password change revokes all refresh tokens. The client that changes the password gets new tokens.
async fn a_new_password_ends_the_sessions_of_other_clients(server: &Server) {
    let (here, there) = (client(server), client(server));
    for client in [&here, &there] {
        Customer::log_in(client, server).await.unwrap();
    }
    let mut events = there.session().events();
    let new = "battery staple";
    let change = NewPassword { current_password: "correct horse", password: new, password_confirmation: new };
    let pair = here.change_password(&change).await.unwrap();
    here.session().set(pair.as_tokens()).await.unwrap();
    // An access token remains valid after the server has revoked the session.
    Shop::order(&there, 1).await.unwrap();
    server.hours_pass().await;
    ends_for_all_calls(&there, server).await;
    assert!(matches!(events.next().await, Some(SessionEvent::Expired)));
    assert!(events.try_next().is_none());
    assert_eq!(Shop::order(&here, 1).await.unwrap().data.len(), 1);
}

/// Checks that a refresh token expires after 14 days without a refresh, and that a login starts a new session.
async fn a_refresh_token_expires(server: &Server) {
    let shop = client(server);
    Customer::log_in(&shop, server).await.unwrap();
    let mut events = shop.session().events();
    let _: serde_json::Value = server.control(&format!("forward?seconds={FIFTEEN_DAYS}")).await;
    ends_for_all_calls(&shop, server).await;
    assert!(matches!(events.next().await, Some(SessionEvent::Expired)));
    Customer::log_in(&shop, server).await.unwrap();
    assert!(matches!(events.next().await, Some(SessionEvent::LoggedIn)));
    assert_eq!(Shop::order(&shop, 7).await.unwrap().data.len(), 1);
}

/// Checks that 100 calls cause one refused refresh, that each call returns the same typed error, and that no later call
/// is sent.
async fn ends_for_all_calls(shop: &ShopClient, server: &Server) {
    let before = server.counts().await;
    let calls = join_all((0..100).map(|number| Shop::order(shop, number))).await;
    let since = server.counts().await - before;
    assert_eq!(
        (since.refreshed, since.refused, since.reused, since.ok),
        (0, 1, 0, 0),
        "refreshes, refused refreshes, reused refresh tokens, successful calls: {since:?}"
    );
    for error in calls.into_iter().map(|call: Result<Listed, Error>| call.unwrap_err()) {
        assert!(error.is_session_expired(), "{error}");
    }
    assert_eq!(shop.session().state(), SessionState::Expired);
    assert!(Shop::order(shop, 1).await.unwrap_err().is_session_expired());
    let after = server.counts().await - before;
    assert_eq!(after, Counts { live: after.live, ..since });
}
