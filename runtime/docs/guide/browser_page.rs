use std::cell::OnceCell;

use afresh::store::TabStore;
use afresh::{api, Error, Result, Session, Tokens};
use js_sys::Function;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[api]
pub trait Shop {
    #[login]
    #[post("/api/login")]
    async fn login(&self, #[json("user")] user: &str, #[json("password")] password: &str) -> Result<Tokens>;

    /// The refresh token is in an `HttpOnly` cookie, so the refresh method has no parameter.
    #[refresh]
    #[post("/api/refresh")]
    async fn refresh(&self) -> Result<Tokens>;

    #[logout]
    #[post("/api/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/api/orders")]
    async fn orders(&self) -> Result<Vec<Order>>;
}

/// An order with fields that JavaScript can read.
#[wasm_bindgen(getter_with_clone)]
#[derive(Deserialize)]
pub struct Order {
    pub id: u32,
    pub title: String,
}

thread_local! {
    static SHOP: OnceCell<ShopClient> = const { OnceCell::new() };
}

/// Calls `show` with the session state, immediately and after each change.
#[wasm_bindgen]
pub fn start(origin: &str, show: Function) -> Result<(), JsError> {
    let shop = ShopClient::builder(origin).store(TabStore::new("shop")).build()?;
    spawn_local(watch(shop.session().clone(), show));
    SHOP.with(|cell| cell.set(shop)).map_err(|_| JsError::new("the page has already started"))
}

async fn watch(session: Session, show: Function) {
    let mut events = session.events();
    loop {
        let state = format!("{:?}", session.state());
        let _ = show.call1(&JsValue::NULL, &state.into());
        if events.next().await.is_none() {
            return;
        }
    }
}

#[wasm_bindgen]
pub async fn login(user: String, password: String) -> Result<(), JsError> {
    match shop()?.login(&user, &password).await {
        Ok(_) => Ok(()),
        Err(error) if error.status().is_some_and(|status| status == 401) => {
            Err(JsError::new("The user name or the password is wrong."))
        }
        Err(error) => Err(failed(error)),
    }
}

#[wasm_bindgen]
pub async fn orders() -> Result<Vec<Order>, JsError> {
    shop()?.orders().await.map_err(failed)
}

#[wasm_bindgen]
pub async fn logout() -> Result<(), JsError> {
    shop()?.logout().await.map_err(failed)
}

fn failed(error: Error) -> JsError {
    if error.is_session_expired() {
        JsError::new("Your session has expired. Log in again.")
    } else if error.is_no_session() {
        JsError::new("You are not logged in.")
    } else if error.is_refresh() || error.is_timeout() || error.is_connect() {
        JsError::new("The server cannot be reached. Try again later.")
    } else {
        JsError::new(&error.to_string())
    }
}

fn shop() -> Result<ShopClient, JsError> {
    SHOP.with(|cell| cell.get().cloned()).ok_or_else(|| JsError::new("call `start` first"))
}
