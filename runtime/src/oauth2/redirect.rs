//! The code flow of a web server, in two requests of the person: [`Redirect`].

use std::future::Future;

use super::app::App;
use super::authorization_answer::AuthorizationAnswer;
use super::authorization_request::AuthorizationRequest;
use crate::error::{Error, Result};
use crate::format::loopback::is_loopback;
use crate::platform::url::Url;
use crate::session::{Operation, Session, Tokens};

/// Logs a person in at a web server: [`App::redirect`].
#[derive(Clone, Debug)]
#[must_use = "call `start`, and in the next request `finish`"]
pub struct Redirect {
    app: App,
    url: String,
}

impl App {
    /// Logs a person in by a redirect to `url` (RFC 6749 §4.1, with PKCE): for web servers. It takes two requests of the
    /// person to your program. The first one calls [`start`](Redirect::start), the second one, at `url`,
    /// [`finish`](Redirect::finish).
    ///
    /// `url` is registered at the authorization server, and must be written as it is there. It is https, plain http on
    /// loopback, or has a scheme of the program's own (`com.example.app:/callback`).
    ///
    /// ```
    /// # async fn example(app: afresh::oauth2::App, shop: afresh::Client, query: &str) -> afresh::Result<()> {
    /// // `GET /login`
    /// let (url, request) = app.redirect("https://app.example/callback").start()?;
    /// let kept = serde_json::to_string(&request).unwrap(); // in the session of the person; then redirect to `url`
    ///
    /// // `GET /callback?…`
    /// let request = serde_json::from_str(&kept).unwrap();
    /// app.redirect("https://app.example/callback").finish(request, query, shop.session()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn redirect(&self, url: impl Into<String>) -> Redirect {
        Redirect { app: self.clone(), url: url.into() }
    }
}

impl Redirect {
    /// Begins a login. Redirect the person to the URL, and keep the [`AuthorizationRequest`] in the person's session with
    /// your program.
    ///
    /// # Errors
    ///
    /// [`is_builder`](Error::is_builder): a URL or a parameter is not possible, or the server does not support PKCE.
    pub fn start(&self) -> Result<(String, AuthorizationRequest)> {
        check_redirect_uri(&self.url)?;
        self.app.authorization_request(&self.url, &[])
    }

    /// Finishes a login. `query` is the query string of the request to the redirect URL, as it arrived and without the
    /// `?`. The code in it is exchanged once, and the tokens become `session` before the future is ready.
    ///
    /// Before the call, remove `request` from the person's session, so that it is used only once. If the future is
    /// dropped during the exchange, the code may be spent: begin another login.
    ///
    /// An ID token in the answer is not read. To learn who the person is, call the userinfo endpoint with the session.
    ///
    /// # Errors
    ///
    /// - [`is_login_denied`](Error::is_login_denied): the person or the server refused the login.
    /// - [`is_login_unavailable`](Error::is_login_unavailable): the server cannot be reached, or its answer was lost. A code
    ///   is never sent again: begin another login.
    /// - Another error: the answer belongs to another login (`state`) or comes from another server (`iss`, RFC 9207).
    ///   Nothing was sent. Or the session was logged out during the call, or the store failed.
    pub fn finish(
        self,
        request: AuthorizationRequest,
        query: &str,
        session: &Session,
    ) -> Operation<impl Future<Output = Result<Tokens>> + Send + 'static> {
        let answer = request.answer(&self.app.server.metadata, query);
        let session = session.clone();
        Operation::new(async move {
            if request.redirect_uri != self.url {
                return Err(Error::request("the login began with another redirect URL"));
            }
            let code = match answer {
                AuthorizationAnswer::Code(code) => code,
                AuthorizationAnswer::Foreign(error) | AuthorizationAnswer::Failed(error) => {
                    return Err(error);
                }
            };
            let begun = session.snapshot().stamp;
            self.app.log_in_with_code(&request, &code, &session, begun).await
        })
    }
}

fn check_redirect_uri(text: &str) -> Result<()> {
    let refuse = |what: &str| Err(Error::builder(format!("the redirect URL {what}")));
    let Ok(url) = Url::parse(text) else { return refuse("is not an absolute URL") };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return refuse("is plain http on a host that is not loopback. Use https"),
        // RFC 8252 §7.1: a scheme of a program is a domain name in reverse.
        scheme if scheme.contains('.') => {}
        _ => return refuse("must be an https URL"),
    }
    if url.fragment().is_some() {
        return refuse("must not have a fragment");
    }
    // The URL parser skips them, and the server compares each character.
    if text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return refuse("must not contain spaces or control characters");
    }
    Ok(())
}
