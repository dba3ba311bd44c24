//! [`Redirect`] implements the authorization code flow for web servers. The user's browser sends two requests to the
//! web server: one begins the login, and one completes it.

use std::future::Future;

use super::app::App;
use super::authorization_answer::AuthorizationAnswer;
use super::authorization_request::AuthorizationRequest;
use crate::error::{Error, Result};
use crate::format::loopback::is_loopback;
use crate::platform::url::Url;
use crate::session::{Operation, Session, Tokens};

/// Logs a user in to a web server: [`App::redirect`].
#[derive(Clone, Debug)]
#[must_use = "call `start`, and call `finish` in the next request"]
pub struct Redirect {
    app: App,
    url: String,
}

impl App {
    /// Creates a login that redirects the user back to `url` (RFC 6749 §4.1, with PKCE). A redirect login is suitable
    /// for web servers. Call [`start`](Redirect::start) in the request that begins the login, and call
    /// [`finish`](Redirect::finish) in the user's next request, which arrives at `url`.
    ///
    /// `url` must be registered with the authorization server exactly as it is passed here. The URL must use https,
    /// plain http on a loopback host, or a private scheme that belongs to the program (`com.example.app:/callback`).
    ///
    /// ```
    /// # async fn example(app: afresh::oauth2::App, shop: afresh::Client, query: &str) -> afresh::Result<()> {
    /// // `GET /login`
    /// let (url, request) = app.redirect("https://app.example/callback").start()?;
    /// let kept = serde_json::to_string(&request).unwrap(); // in the session of the user; then redirect to `url`
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
    /// Begins a login. Redirect the user to the returned URL, and store the [`AuthorizationRequest`] in the user's web
    /// session.
    ///
    /// # Errors
    ///
    /// [`is_builder`](Error::is_builder): a URL or a parameter is invalid, or the server does not support PKCE.
    pub fn start(&self) -> Result<(String, AuthorizationRequest)> {
        check_redirect_uri(&self.url)?;
        self.app.authorization_request(&self.url, &[])
    }

    /// Finishes a login. `query` is the query string of the request to the redirect URL, unchanged and without the `?`.
    /// The authorization code in the query is exchanged only once. Before the future completes, the tokens become the
    /// credential of `session`.
    ///
    /// Before you call `finish`, remove `request` from the user's web session, so that `request` is used only once. If
    /// the future is dropped during the code exchange, the code might already have been used, so start a new login.
    ///
    /// The runtime does not read the ID token in the response. To identify the user, use the session to call the
    /// server's userinfo endpoint.
    ///
    /// # Errors
    ///
    /// - [`is_login_denied`](Error::is_login_denied): the user or the server refused the login.
    /// - [`is_login_unavailable`](Error::is_login_unavailable): the server is unreachable, or its response was lost.
    ///   The runtime sends an authorization code only once, so you must start a new login.
    /// - An error of any other kind means that the response belongs to a different login (`state`) or comes from a
    ///   different server (`iss`, RFC 9207), that the session was logged out during the call, or that the store failed.
    ///   If the response belongs to a different login or server, `finish` does not send a request.
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
                return Err(Error::request(
                    "the login was started with a different redirect URL. Use the same URL for `start` and `finish`",
                ));
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
        "http" => return refuse("uses plain http on a host that is not a loopback host. Use https"),
        // RFC 8252 §7.1 requires a program's private scheme to be a reversed domain name, which contains a dot.
        scheme if scheme.contains('.') => {}
        _ => return refuse("must be an https URL"),
    }
    if url.fragment().is_some() {
        return refuse("must not have a fragment");
    }
    // The URL parser removes whitespace and control characters, but the server compares the unparsed text with the
    // registered URL.
    if text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return refuse("must not contain spaces or control characters");
    }
    Ok(())
}
