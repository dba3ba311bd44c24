//! [`fetch`] sends a request with the browser's `fetch` function. Dropping the future aborts the request.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::HeaderValue;
use js_sys::{Promise, Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCredentials, RequestInit, RequestRedirect, ResponseType};

use super::incoming::AbortOnDrop;
use super::request::Request;
use super::response::Response;
use crate::platform::fetch_error::FetchError;

/// The Fetch standard's limit, in bytes, for the body of a `keepalive` request, which the browser completes even if the
/// page is closed.
const MAX_KEPT_ALIVE: usize = 64 * 1024;

#[wasm_bindgen]
extern "C" {
    /// Calls `fetch`, which exists both in web pages and in workers.
    #[wasm_bindgen(js_name = "fetch", catch)]
    fn js_fetch(request: &web_sys::Request) -> Result<Promise, JsValue>;
}

/// A future that resolves to the response of a `fetch` request.
pub(crate) struct Fetch(SendWrapper<Pin<Box<dyn Future<Output = Result<Response, FetchError>>>>>);

/// Sends `request`. If `follows_redirects` is true, the browser follows redirects and might send the request to another
/// origin. If `follows_redirects` is false, a redirect is an error, because a page cannot see where a redirect leads.
pub(crate) fn fetch(request: Request, credentials: RequestCredentials, follows_redirects: bool) -> Fetch {
    Fetch(SendWrapper::new(Box::pin(send(request, credentials, follows_redirects))))
}

impl Future for Fetch {
    type Output = Result<Response, FetchError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

async fn send(
    mut request: Request,
    credentials: RequestCredentials,
    follows_redirects: bool,
) -> Result<Response, FetchError> {
    let body = match request.body_mut().take() {
        Some(body) => body.collect().await.map_err(FetchError::Body)?,
        None => bytes::Bytes::new(),
    };
    let refused = |error: JsValue| FetchError::Refused(name_of(&error));
    let abort = AbortOnDrop(AbortController::new().map_err(refused)?);
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers_headers(&headers_of(&request).map_err(refused)?);
    init.set_credentials(credentials);
    init.set_redirect(if follows_redirects { RequestRedirect::Follow } else { RequestRedirect::Manual });
    init.set_signal(Some(&abort.0.signal()));
    if !body.is_empty() {
        init.set_body_opt_u8_array(Some(&Uint8Array::from(&*body)));
    }
    if request.keeps_alive && body.len() < MAX_KEPT_ALIVE {
        Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE).map_err(refused)?;
    }
    let sent = web_sys::Request::new_with_str_and_init(request.url().as_str(), &init).map_err(refused)?;
    let network = |_| FetchError::Network;
    let answer = JsFuture::from(js_fetch(&sent).map_err(network)?).await.map_err(network)?;
    let answer: web_sys::Response = answer.dyn_into().map_err(network)?;
    if answer.type_() == ResponseType::Opaqueredirect {
        return Err(FetchError::Redirected);
    }
    Ok(Response::of(&answer, abort))
}

/// Copies the request headers. The browser drops headers that a page is not allowed to set.
fn headers_of(request: &Request) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in request.headers() {
        headers.append(name.as_str(), &text_of(value))?;
    }
    Ok(headers)
}

/// Converts each byte of the header value into one character, which the browser converts back into a byte.
fn text_of(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

fn name_of(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| "an error".to_owned(), |error| error.name().into())
}
