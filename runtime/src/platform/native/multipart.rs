//! Builds multipart bodies with reqwest.

use std::error::Error;
use std::sync::OnceLock;

pub(crate) use reqwest::multipart::{Form, Part};
use reqwest::{Client, Request, RequestBuilder};

/// Returns `request` with `form` as its body.
pub(crate) fn attach(form: Form, request: Request) -> Result<Request, Box<dyn Error + Send + Sync>> {
    let builder = RequestBuilder::from_parts(builder_client()?, request);
    builder.multipart(form).build().map_err(|error| error.without_url().into())
}

/// Returns a client that is used only to build multipart requests, because reqwest cannot build them without a client.
fn builder_client() -> Result<Client, &'static str> {
    static CLIENT: OnceLock<Option<Client>> = OnceLock::new();
    let client = CLIENT.get_or_init(|| Client::builder().no_proxy().build().ok());
    client.clone().ok_or("reqwest cannot create a client")
}
