//! A handwritten reqwest client that refreshes its token at most once for concurrent calls. A read-write lock protects
//! the token. After a rejection, the client refreshes the token once while all other calls wait. If the token has
//! already been replaced since the rejected call was sent, the client sends the call again without another refresh.

use std::sync::Arc;

use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::sync::RwLock;

use super::{Contender, RawTransport, Socket, TOKEN};
use crate::item::Item;
use crate::rush::refused;

#[derive(Clone)]
pub struct SingleFlight<W = Socket> {
    http: Client,
    transport: W,
    base: String,
    // Calls that start during a refresh wait for this lock.
    session: Arc<RwLock<Session>>,
}

struct Session {
    access: Arc<str>,
    refresh: String,
}

#[derive(Serialize)]
struct Renewal<'a> {
    refresh_token: &'a str,
}

#[derive(Deserialize)]
struct Renewed {
    access_token: String,
    refresh_token: String,
}

impl<W: RawTransport> SingleFlight<W> {
    async fn item(&self, id: u64, q: &str) -> reqwest::Result<Item> {
        let token = Arc::clone(&self.session.read().await.access);
        let mut answer = self.send(id, q, &token).await?;
        if answer.status() == StatusCode::FORBIDDEN || answer.status() == StatusCode::UNAUTHORIZED {
            refused();
            let token = self.newer_than(&token).await?;
            answer = self.send(id, q, &token).await?;
        }
        answer.error_for_status()?.json().await
    }

    async fn send(&self, id: u64, q: &str, token: &str) -> reqwest::Result<Response> {
        let request = self.http.get(format!("{}/items/{id}", self.base)).query(&[("q", q)]);
        self.transport.send(request.bearer_auth(token)).await
    }

    async fn newer_than(&self, old: &Arc<str>) -> reqwest::Result<Arc<str>> {
        let mut session = self.session.write().await;
        if Arc::ptr_eq(&session.access, old) {
            let request = self.http.post(format!("{}/refresh", self.base));
            let request = request.json(&Renewal { refresh_token: &session.refresh });
            let renewed: Renewed = self.transport.send(request).await?.error_for_status()?.json().await?;
            *session = Session { access: renewed.access_token.into(), refresh: renewed.refresh_token };
        }
        Ok(Arc::clone(&session.access))
    }
}

impl<W: RawTransport> Contender for SingleFlight<W> {
    fn new(base: &str) -> Self {
        let session = Session { access: TOKEN.into(), refresh: "refresh".to_owned() };
        let (http, transport) = (Client::new(), W::default());
        Self { http, transport, base: base.to_owned(), session: Arc::new(session.into()) }
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.item(id, q).await.expect("an item")
    }
}
