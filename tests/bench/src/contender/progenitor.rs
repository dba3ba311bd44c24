//! A client that progenitor generated from an OpenAPI document. The progenitor client does not support sessions, so its
//! reqwest client sends the token as a default header.

use http::HeaderValue;
use http::header::AUTHORIZATION;

use super::{Contender, TOKEN};
use crate::item::Item;

#[allow(dead_code, clippy::all, unused_qualifications)]
#[rustfmt::skip]
mod items;

#[derive(Clone)]
pub struct Progenitor(items::Client);

impl Contender for Progenitor {
    fn new(base: &str) -> Self {
        let mut credential = HeaderValue::try_from(format!("Bearer {TOKEN}")).expect("a header");
        credential.set_sensitive(true);
        let headers = [(AUTHORIZATION, credential)].into_iter().collect();
        let http = reqwest::Client::builder().default_headers(headers).build().expect("a client");
        Self(items::Client::new_with_client(base, http))
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.0.item(id, q).await.expect("an item").into_inner()
    }
}
