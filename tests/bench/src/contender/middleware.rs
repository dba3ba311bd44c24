//! A client that uses reqwest-middleware. The middleware attaches the token and refreshes it in the same way as
//! [`SingleFlight`](super::SingleFlight).

use std::marker::PhantomData;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{Extensions, HeaderValue};
use reqwest::{Client, Request, Response, StatusCode};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Next, Result};
use serde_json::{Value, json};
use tokio::sync::RwLock;

use super::{Contender, RawTransport, Socket, TOKEN};
use crate::item::Item;
use crate::rush::refused;

#[derive(Clone)]
pub struct Middleware<W = Socket> {
    http: ClientWithMiddleware,
    base: String,
    // The type parameter selects how `new` builds the client.
    transport: PhantomData<W>,
}

struct Renew<W> {
    http: Client,
    transport: W,
    base: String,
    session: RwLock<Session>,
}

struct Session {
    access: Arc<str>,
    refresh: String,
}

#[async_trait::async_trait]
impl<W: RawTransport> reqwest_middleware::Middleware for Renew<W> {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let again = request.try_clone();
        let token = Arc::clone(&self.session.read().await.access);
        attach(&mut request, &token);
        let answer = next.clone().run(request, extensions).await?;
        match again {
            Some(mut again)
                if matches!(answer.status(), StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED) =>
            {
                refused();
                attach(&mut again, &self.newer_than(&token).await?);
                next.run(again, extensions).await
            }
            _ => Ok(answer),
        }
    }
}

impl<W: RawTransport> Renew<W> {
    async fn newer_than(&self, old: &Arc<str>) -> Result<Arc<str>> {
        let mut session = self.session.write().await;
        if Arc::ptr_eq(&session.access, old) {
            let request = self.http.post(format!("{}/refresh", self.base));
            let request = request.json(&json!({ "refresh_token": session.refresh }));
            let answer = self.transport.send(request).await?;
            let renewed: Value = answer.error_for_status()?.json().await?;
            let text = |name| renewed[name].as_str().unwrap_or_default().to_owned();
            *session = Session { access: text("access_token").into(), refresh: text("refresh_token") };
        }
        Ok(Arc::clone(&session.access))
    }
}

fn attach(request: &mut Request, token: &str) {
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).expect("a header");
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
}

impl<W: RawTransport> Contender for Middleware<W> {
    fn new(base: &str) -> Self {
        let (http, base) = (Client::new(), base.to_owned());
        let session = Session { access: TOKEN.into(), refresh: "refresh".to_owned() };
        let transport = W::default();
        let renew = Renew { http: http.clone(), transport, base: base.clone(), session: session.into() };
        let http = W::under(ClientBuilder::new(http).with(renew)).build();
        Self { http, base, transport: PhantomData }
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        let request = self.http.get(format!("{}/items/{id}", self.base)).query(&[("q", q)]);
        let answer = request.send().await.expect("an answer").error_for_status().expect("a success");
        answer.json().await.expect("an item")
    }
}
