//! The page of examples/browser, written by hand without the `afresh` crate. The page uses reqwest and `serde_json`,
//! refreshes the token while it holds a Web Lock, and sends the new token to the other tabs through a channel. The page
//! does not handle the corner cases that the `afresh` crate handles.

#[path = "../../../../examples/browser/page/src/view.rs"]
mod view;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use js_sys::{Promise, Reflect};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use web_sys::{BroadcastChannel, MessageEvent};

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, callback: &JsValue) -> Result<Promise, JsValue>;
}

#[derive(Clone, Deserialize, PartialEq, Serialize)]
struct Tokens {
    access_token: String,
    expires_in: f64,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<String>,
}

#[derive(Clone)]
struct Shop(Rc<Inner>);

struct Inner {
    http: Client,
    origin: String,
    tokens: RefCell<Option<Tokens>>,
    since: Cell<f64>,
    refreshed: Cell<u32>,
    adopted: Cell<u32>,
    channel: BroadcastChannel,
}

type Failure = String;

impl Shop {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.0.http.request(method, format!("{}{path}", self.0.origin))
    }

    async fn login(self, user: String) -> Result<(), Failure> {
        let request = self.request(Method::POST, "/api/login").json(&json!({ "user": user }));
        let tokens = succeeded(request.send().await)?.json().await.map_err(text)?;
        self.publish(Some(tokens));
        Ok(())
    }

    async fn logout(self) -> Result<(), Failure> {
        let token = self.token();
        let request = self.request(Method::POST, "/api/logout");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        succeeded(request.send().await)?;
        self.publish(None);
        Ok(())
    }

    async fn items(self) -> Result<Items, Failure> {
        let before = self.token();
        let mut answer = self.send_items(before.as_deref()).await?;
        if answer.status() == StatusCode::UNAUTHORIZED || answer.status() == StatusCode::FORBIDDEN {
            self.refresh_under_lock(before).await?;
            answer = self.send_items(self.token().as_deref()).await?;
        }
        succeeded(Ok(answer))?.json().await.map_err(text)
    }

    async fn send_items(&self, token: Option<&str>) -> Result<Response, Failure> {
        let request = self.request(Method::GET, "/api/items");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.map_err(text)
    }

    /// Refreshes the token while holding a Web Lock, so that only one tab refreshes at a time. Does nothing if another
    /// tab has already refreshed the token.
    async fn refresh_under_lock(&self, before: Option<String>) -> Result<(), Failure> {
        let shop = self.clone();
        let work = Closure::once(move |_: JsValue| {
            future_to_promise(async move {
                if shop.token() == before {
                    shop.refresh().await.map_err(|error| JsValue::from_str(&error))?;
                }
                Ok(JsValue::UNDEFINED)
            })
        });
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).map_err(described)?;
        let locks: LockManager =
            Reflect::get(&navigator, &"locks".into()).map_err(described)?.unchecked_into();
        let done = locks.request("shop", work.as_ref()).map_err(described)?;
        JsFuture::from(done).await.map_err(described)?;
        Ok(())
    }

    async fn refresh(&self) -> Result<(), Failure> {
        let answer = self.request(Method::POST, "/api/refresh").send().await.map_err(text)?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            self.publish(None);
            return Err("the session has expired".into());
        }
        let tokens = succeeded(Ok(answer))?.json().await.map_err(text)?;
        self.0.refreshed.set(self.0.refreshed.get() + 1);
        self.publish(Some(tokens));
        Ok(())
    }

    fn token(&self) -> Option<String> {
        self.0.tokens.borrow().as_ref().map(|tokens| tokens.access_token.clone())
    }

    fn publish(&self, tokens: Option<Tokens>) {
        if let Ok(message) = serde_json::to_string(&tokens) {
            let _ = self.0.channel.post_message(&message.into());
        }
        self.keep(tokens);
    }

    fn keep(&self, tokens: Option<Tokens>) {
        self.0.tokens.replace(tokens);
        self.0.since.set(view::now());
        self.show();
    }

    fn show(&self) {
        let tokens = self.0.tokens.borrow();
        view::show("state", if tokens.is_some() { "LoggedIn" } else { "LoggedOut" });
        let left =
            tokens.as_ref().map(|tokens| (tokens.expires_in - (view::now() - self.0.since.get())).max(0.0));
        view::show("expires", &left.map(|left| format!("{left:.0} s")).unwrap_or_default());
        view::show("refreshed", &self.0.refreshed.get().to_string());
        view::show("adopted", &self.0.adopted.get().to_string());
    }

    /// Uses the tokens that other tabs send.
    fn listen(&self) {
        let shop = self.clone();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let message = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
            if let Some(tokens) = message {
                shop.0.adopted.set(shop.0.adopted.get() + 1);
                shop.keep(tokens);
            }
        });
        self.0.channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        hear.forget();
    }
}

#[wasm_bindgen(start)]
fn start() -> Result<(), JsValue> {
    let shop = Shop(Rc::new(Inner {
        http: Client::new(),
        origin: view::origin(),
        tokens: RefCell::default(),
        since: Cell::default(),
        refreshed: Cell::default(),
        adopted: Cell::default(),
        channel: BroadcastChannel::new("shop")?,
    }));
    shop.listen();
    let client = shop.clone();
    view::every_half_second(move || client.show());
    let client = shop.clone();
    view::on_click("login", move || report(client.clone().login(view::input("user"))));
    let client = shop.clone();
    view::on_click("logout", move || report(client.clone().logout()));
    view::on_click("load", move || {
        let items = shop.clone().items();
        report(async { items.await.map(|answer| view::show_list("items", &answer.items)) });
    });
    view::on_click("tabs", view::open_eight_tabs);
    Ok(())
}

fn report(call: impl Future<Output = Result<(), Failure>> + 'static) {
    spawn_local(async { view::show("error", &call.await.err().unwrap_or_default()) });
}

fn succeeded(answer: reqwest::Result<Response>) -> Result<Response, Failure> {
    answer.and_then(Response::error_for_status).map_err(text)
}

fn text(error: reqwest::Error) -> Failure {
    error.to_string()
}

fn described(error: JsValue) -> Failure {
    format!("{error:?}")
}
