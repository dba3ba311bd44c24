//! The web page under test: a client that uses the `afresh` crate as a user's page would, and the functions that the
//! tests call.

mod transport;

use std::cell::{OnceCell, RefCell};
use std::future::IntoFuture;
use std::time::Duration;

use afresh::store::TabStore;
use afresh::transport::RequestCredentials;
use afresh::{Error, Result, Session, SessionEvent, Tokens, api};
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The test server's API.
#[api]
pub trait Shop {
    #[login]
    #[post("/api/login")]
    async fn login(&self, #[query] user: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/refresh")]
    async fn refresh(&self) -> Result<Tokens>;

    #[logout]
    #[post("/api/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/api/items")]
    async fn items(&self) -> Result<Items>;
}

#[derive(Deserialize)]
pub struct Items {
    user: String,
}

thread_local! {
    static SHOP: OnceCell<ShopClient> = const { OnceCell::new() };
    static EVENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Builds the client. `store` is the name of the `TabStore`; an empty name means no store. `credentials` sets which
/// requests carry cookies; an empty string means the default.
#[wasm_bindgen]
pub fn start(origin: &str, store: &str, credentials: &str) -> Result<(), JsError> {
    let builder = ShopClient::builder(origin).allow_http();
    let builder = match credentials {
        "include" => builder.credentials(RequestCredentials::Include),
        "omit" => builder.credentials(RequestCredentials::Omit),
        _ => builder,
    };
    let builder = if store.is_empty() { builder } else { builder.store(TabStore::new(store)) };
    let shop = builder.build()?;
    spawn_local(record_events(shop.session().clone()));
    SHOP.with(|cell| cell.set(shop)).map_err(|_| JsError::new("the page has already started"))
}

#[wasm_bindgen]
pub async fn login(user: String) -> Result<(), JsError> {
    shop().login(&user).await?;
    Ok(())
}

/// Logs in with a timeout for the whole call.
#[wasm_bindgen]
pub async fn login_within(user: String, millis: u32) -> Result<(), JsError> {
    shop().login(&user).timeout(Duration::from_millis(millis.into())).await?;
    Ok(())
}

#[wasm_bindgen]
pub async fn ensure_login(user: String) -> Result<(), JsError> {
    let shop = shop();
    Ok(shop.session().ensure_login(|| shop.login(&user)).await?)
}

#[wasm_bindgen]
pub async fn logout() -> Result<(), JsError> {
    Ok(shop().logout().await?)
}

/// Refreshes the session with `Session::refresh`.
#[wasm_bindgen]
pub async fn refresh() -> Result<(), JsError> {
    shop().session().refresh().await?;
    Ok(())
}

/// Refreshes the session with a direct call to the API's `#[refresh]` method.
#[wasm_bindgen]
pub async fn call_refresh() -> Result<(), JsError> {
    shop().refresh().await?;
    Ok(())
}

/// Ends the session in the browser without sending a request to the server.
#[wasm_bindgen]
pub async fn clear() -> Result<(), JsError> {
    Ok(shop().session().clear().await?)
}

#[wasm_bindgen]
pub fn state() -> String {
    format!("{:?}", shop().session().state())
}

/// Makes `count` calls at the same time.
#[wasm_bindgen]
pub async fn calls(count: usize) -> String {
    let shop = shop();
    let results = join_all((0..count).map(|_| shop.items().into_future())).await;
    let (mut answered, mut user, mut errors) = (0, None, Vec::new());
    for result in results {
        match result {
            Ok(items) => {
                answered += 1;
                user = Some(items.user);
            }
            Err(error) => errors.push(format!("{}: {error}", kind(&error))),
        }
    }
    json!({ "answered": answered, "user": user, "errors": errors }).to_string()
}

/// Returns the names of all session events since `start` was called.
#[wasm_bindgen]
pub fn events() -> String {
    EVENTS.with_borrow(|events| json!(events).to_string())
}

async fn record_events(session: Session) {
    let mut events = session.events();
    drop(session);
    while let Some(event) = events.next().await {
        let name = match event {
            SessionEvent::LoggedIn => "LoggedIn".to_owned(),
            SessionEvent::LoggedOut => "LoggedOut".to_owned(),
            SessionEvent::Refreshed => "Refreshed".to_owned(),
            SessionEvent::Adopted => "Adopted".to_owned(),
            SessionEvent::Uncoordinated => "Uncoordinated".to_owned(),
            other => format!("{other:?}"),
        };
        EVENTS.with_borrow_mut(|events| events.push(name));
    }
}

fn shop() -> ShopClient {
    SHOP.with(|cell| cell.get().cloned()).expect("the page has started")
}

fn kind(error: &Error) -> &'static str {
    let kinds = [
        ("busy", error.is_refresh_busy()),
        ("no session", error.is_no_session()),
        ("expired", error.is_session_expired()),
        ("superseded", error.is_superseded()),
        ("store", error.is_store()),
        ("connect", error.is_connect()),
        ("refresh", error.is_refresh()),
    ];
    kinds.iter().find(|(_, is)| *is).map_or("other", |(name, _)| name)
}
