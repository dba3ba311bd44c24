//! A web page with a login form and a list. All tabs share one session. An expired token causes only one refresh,
//! regardless of the number of tabs.

mod view;

use std::cell::Cell;
use std::rc::Rc;

use afresh::store::TabStore;
use afresh::{Result, Session, SessionEvent, Tokens, api};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The shop's API. The refresh token is in an `HttpOnly` cookie, so the `refresh` method has no parameter.
#[api]
trait Shop {
    #[login]
    #[post("/api/login")]
    async fn login(&self, #[json("user")] user: &str) -> Result<Tokens>;

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
struct Items {
    items: Vec<String>,
}

#[wasm_bindgen(start)]
fn start() -> Result<(), JsError> {
    let shop = ShopClient::builder(view::origin()).store(TabStore::new("shop")).build()?;
    let since = Rc::new(Cell::new(0.0));
    spawn_local(watch(shop.session().clone(), since.clone()));
    let session = shop.session().clone();
    view::every_half_second(move || show_session(&session, since.get()));

    let client = shop.clone();
    view::on_click("login", move || report(client.login(&view::input("user"))));
    let client = shop.clone();
    view::on_click("logout", move || report(client.logout()));
    view::on_click("load", move || {
        let items = shop.items();
        report(async { items.await.map(|answer| view::show_list("items", &answer.items)) });
    });
    view::on_click("tabs", view::open_eight_tabs);
    Ok(())
}

/// Runs a call and shows its error if the call fails.
fn report<T: 'static>(call: impl IntoFuture<Output = Result<T>> + 'static) {
    spawn_local(async {
        let error = call.await.err().map(|error| error.to_string());
        view::show("error", &error.unwrap_or_default());
    });
}

/// Shows how many times the session refreshed itself, and how many times it received tokens from another tab. `since`
/// stores the time when the session received its current tokens.
async fn watch(session: Session, since: Rc<Cell<f64>>) {
    let (mut refreshed, mut adopted) = (0, 0);
    let mut events = session.events();
    while let Some(event) = events.next().await {
        match event {
            SessionEvent::Refreshed => refreshed += 1,
            SessionEvent::Adopted => adopted += 1,
            _ => {}
        }
        since.set(view::now());
        view::show("refreshed", &refreshed.to_string());
        view::show("adopted", &adopted.to_string());
        show_session(&session, since.get());
    }
}

fn show_session(session: &Session, since: f64) {
    view::show("state", &format!("{:?}", session.state()));
    let lifetime = session.tokens().and_then(|tokens| tokens.expires_in());
    let left = lifetime.map(|lifetime| (lifetime.as_secs_f64() - (view::now() - since)).max(0.0));
    view::show("expires", &left.map(|left| format!("{left:.0} s")).unwrap_or_default());
}
