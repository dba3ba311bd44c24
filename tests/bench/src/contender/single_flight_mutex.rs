//! A handwritten reqwest client in which calls read the token without waiting, and only rejected calls wait for the
//! refresh.

use std::sync::{Arc, PoisonError, RwLock};

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Contender, RawTransport, Socket, TOKEN};
use crate::item::Item;
use crate::rush::refused;

#[derive(Clone)]
pub struct SingleFlightMutex<W = Socket> {
    http: Client,
    transport: W,
    base: String,
    access: Arc<RwLock<Arc<str>>>,
    refresh: Arc<Mutex<String>>,
}

impl<W: RawTransport> SingleFlightMutex<W> {
    fn token(&self) -> Arc<str> {
        Arc::clone(&self.access.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn item(&self, id: u64, q: &str) -> reqwest::Result<Item> {
        let token = self.token();
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
        let mut refresh = self.refresh.lock().await;
        if Arc::ptr_eq(&self.token(), old) {
            let request = self.http.post(format!("{}/refresh", self.base));
            let request = request.json(&json!({ "refresh_token": *refresh }));
            let answer = self.transport.send(request).await?;
            let renewed: Value = answer.error_for_status()?.json().await?;
            let text = |name| renewed[name].as_str().unwrap_or_default().to_owned();
            *refresh = text("refresh_token");
            *self.access.write().unwrap_or_else(PoisonError::into_inner) = text("access_token").into();
        }
        Ok(self.token())
    }
}

impl<W: RawTransport> Contender for SingleFlightMutex<W> {
    fn new(base: &str) -> Self {
        let access = Arc::new(RwLock::new(TOKEN.into()));
        let refresh = Arc::new(Mutex::new("refresh".to_owned()));
        let (http, transport) = (Client::new(), W::default());
        Self { http, transport, base: base.to_owned(), access, refresh }
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.item(id, q).await.expect("an item")
    }
}
