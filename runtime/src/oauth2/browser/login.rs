//! [`Browser`] runs a login in the browser.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, Write as _};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;

use super::listener::{Callback, Listener};
use super::opener::{Opened, Opener, Opening, has_display};
use super::page::Page;
use super::step_up::StepUpDemand;
use crate::error::{Error, Result};
use crate::oauth2::app::App;
use crate::oauth2::authorization_answer::{AuthorizationAnswer, AuthorizationCode};
use crate::oauth2::authorization_error::{unavailable, unavailable_by};
use crate::oauth2::authorization_request::AuthorizationRequest;
use crate::session::{Operation, Session, Tokens};

/// The default time limit for a user to log in.
const TIMEOUT: Duration = Duration::from_secs(5 * 60);
const PATH: &str = "/callback";

/// Logs a user in with the browser on this machine: [`App::browser`].
#[must_use = "call `run`"]
pub struct Browser {
    app: App,
    opener: Opener,
    announce: Box<dyn FnOnce(&str) + Send>,
    port: u16,
    path: String,
    page: Option<String>,
    timeout: Duration,
    demand: Option<Result<StepUpDemand>>,
}

impl App {
    /// Creates a login that uses the browser on this machine (RFC 8252, RFC 6749 §4.1, with PKCE). A browser login is
    /// suitable for command-line tools and desktop programs.
    ///
    /// [`run`](Browser::run) listens on the loopback interface, opens the browser and waits for the response. Register
    /// `http://127.0.0.1/callback` with the authorization server. The server must allow any port in a loopback redirect
    /// URL (RFC 8252 §7.3). If your server requires a fixed port, set the port with [`port`](Browser::port).
    ///
    /// The login URL is also printed, so the user can open it in a different browser on this machine. If no browser is
    /// available, for example over SSH, use [`device`](App::device).
    ///
    /// ```no_run
    /// # async fn example(app: afresh::oauth2::App, shop: afresh::Client) -> afresh::Result<()> {
    /// app.browser().run(shop.session()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn browser(&self) -> Browser {
        Browser {
            app: self.clone(),
            opener: Opener::system(),
            announce: Box::new(announce_on_stderr),
            port: 0,
            path: PATH.to_owned(),
            page: None,
            timeout: TIMEOUT,
            demand: None,
        }
    }
}

impl Browser {
    /// Sets the function that opens the URL. The function that opens the URL runs on its own thread, where it can block
    /// and can spawn tasks on the Tokio runtime. The supplied function returns `()`, or a `Result` that reports whether
    /// a browser was opened. If the function cannot open a browser, the login continues to wait, because the user can
    /// still open the displayed URL. By default, the URL is opened in the system browser, unless the program runs over
    /// SSH or has no display.
    pub fn open<F, R>(mut self, open: F) -> Self
    where
        F: FnOnce(&str) -> R + Send + 'static,
        R: Opened,
    {
        self.opener = Opener::function(open);
        self
    }

    /// Sets the function that shows the URL to the user before the browser opens. The supplied function must not block.
    /// By default, the URL is written to stderr.
    pub fn announce(mut self, announce: impl FnOnce(&str) + Send + 'static) -> Self {
        self.announce = Box::new(announce);
        self
    }

    /// Sets the port on which the login listens. Set a port if the server requires a fixed port in the redirect URL. By
    /// default, the listener uses any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the path of the redirect URL. The path must begin with `/` and must not contain a query or a fragment.
    /// Default: `/callback`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets the HTML page to show after a successful login. By default, the runtime shows a small page in English.
    /// After a failure, the runtime always shows its own page, which describes the error.
    pub fn page(mut self, html: impl Into<String>) -> Self {
        self.page = Some(html.into());
        self
    }

    /// Sets the time limit for the response, measured from the start of [`run`](Self::run). Default: 5 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Requests the additional scope, or the stronger or more recent login, that an API demanded when it refused a
    /// call. An API demands an additional scope with `insufficient_scope` (RFC 6750 §3.1), and a stronger or more
    /// recent login with `insufficient_user_authentication` (RFC 9470).
    ///
    /// The login requests the scope that the API demanded, plus the scopes of the [`App`] and of the current session,
    /// because the new login replaces the whole session. If `error` does not demand a scope or a login,
    /// [`run`](Self::run) returns an error for which [`is_request`](Error::is_request) returns `true`.
    ///
    /// ```no_run
    /// # use afresh::{Client, oauth2::App};
    /// # async fn example(app: App, shop: Client, order: reqwest::Request) -> afresh::Result<()> {
    /// use afresh::error::{Challenge, Reason};
    ///
    /// if let Err(error) = shop.execute(order).await {
    ///     if error.reason() == Some(Reason::Challenged(Challenge::StepUp)) {
    ///         app.browser().challenge(&error).run(shop.session()).await?;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn challenge(mut self, error: &Error) -> Self {
        self.demand = Some(StepUpDemand::of(error));
        self
    }

    /// Logs the user in. Before the future completes, the tokens become the credential of `session` and are stored. The
    /// login replaces the session just as a `#[login]` method does. If several processes share a session, run the login
    /// inside [`Session::ensure_login`], so that only one process logs in.
    ///
    /// The listener binds the literal address `127.0.0.1` and accepts only a `GET` request for the redirect path with
    /// the `state` of this login. A request with a different HTTP method, path or `state` receives a page with status
    /// 400, and `run` continues to wait. The authorization code is exchanged only once.
    ///
    /// Dropping the future that `run` returns closes the port immediately.
    ///
    /// # Errors
    ///
    /// - [`is_login_denied`](Error::is_login_denied): the user or the server refused the login.
    /// - [`is_login_unavailable`](Error::is_login_unavailable): the time limit was exceeded, the port is in use, or the
    ///   server is unreachable. The error message also states whether opening a browser failed.
    /// - An error of any other kind means that the settings are invalid, the response comes from a different server, a
    ///   logout happened during the login, or the store failed.
    pub fn run(self, session: &Session) -> Operation<impl Future<Output = Result<Tokens>> + Send + 'static> {
        let session = session.clone();
        // The future is boxed because its state is large and logins are rare.
        Operation::new(Box::pin(async move { self.log_in(&session).await }))
    }

    async fn log_in(self, session: &Session) -> Result<Tokens> {
        let begun = session.snapshot().stamp;
        let demand = self.demand.clone().transpose()?;
        let replacing = demand.map(|demand| self.app.meeting(&demand, session)).unwrap_or_default();
        let mut listener = listen(self.port, &self.path).await?;
        let port =
            listener.port().map_err(|error| unavailable_by("the listener has no port. Try again", error))?;
        let redirect_uri = format!("http://127.0.0.1:{port}{}", self.path);
        let replacing: Vec<(&str, &str)> = replacing.iter().map(|(name, value)| (*name, &**value)).collect();
        let (url, request) = self.app.authorization_request(&redirect_uri, &replacing)?;
        (self.announce)(&url);
        let opening = self.opener.start(&url);
        let waited = timeout(self.timeout, wait_for_answer(&mut listener, &self.app, &request)).await;
        let (callback, answer) = waited.map_err(|_| time_is_up(&opening))?;
        let logged_in = match answer {
            Ok(code) => {
                let exchange = pin!(self.app.log_in_with_code(&request, &code, session, begun));
                while_refusing_others(&mut listener, exchange).await
            }
            Err(error) => Err(error),
        };
        let page = match (&logged_in, self.page) {
            (Ok(_), Some(html)) => Page::custom(html),
            (Ok(_), None) => Page::logged_in(),
            (Err(error), _) => Page::failed(&error.to_string()),
        };
        listener.close();
        callback.answer(page).await;
        logged_in
    }
}

async fn listen(port: u16, path: &str) -> Result<Listener> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte);
    if !path.starts_with('/') || !path.bytes().all(is_plain) {
        return Err(Error::builder(
            "the redirect path must begin with `/` and must not contain a query or fragment",
        ));
    }
    Listener::bind(port, path).await.map_err(|error| {
        let text = match port {
            0 => "cannot listen on any port of 127.0.0.1. Check the permissions of the program".to_owned(),
            port => format!("cannot listen on port {port} of 127.0.0.1 ({}). Use another port", error.kind()),
        };
        unavailable_by(text, error)
    })
}

/// Waits for the first response that belongs to this login. Requests that do not belong to this login receive an error
/// page.
async fn wait_for_answer(
    listener: &mut Listener,
    app: &App,
    request: &AuthorizationRequest,
) -> (Callback, Result<AuthorizationCode>) {
    loop {
        let callback = listener.next().await;
        match request.answer(&app.server.metadata, &callback.query) {
            AuthorizationAnswer::Code(code) => return (callback, Ok(code)),
            AuthorizationAnswer::Failed(error) => return (callback, Err(error)),
            AuthorizationAnswer::Foreign(_) => callback.answer_later(Page::not_expected()),
        }
    }
}

/// Waits for the code exchange. While the code is being exchanged, any further callback, for example from a second tab,
/// receives an error page.
async fn while_refusing_others<T>(
    listener: &mut Listener,
    mut exchange: impl Future<Output = T> + Unpin,
) -> T {
    poll_fn(|context| {
        while let Poll::Ready(callback) = listener.poll_next(context) {
            callback.answer_later(Page::not_expected());
        }
        std::pin::Pin::new(&mut exchange).poll(context)
    })
    .await
}

fn time_is_up(opening: &Opening) -> Error {
    unavailable(if opening.has_failed() {
        "no browser could be opened, and no login was completed in time. On a machine without a browser, log in with a device code \
         (`App::device`)"
    } else {
        "the login was not completed in time. Start a new login"
    })
}

/// Write errors are ignored because the program might have closed stderr.
fn announce_on_stderr(url: &str) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "Open this URL in a browser to log in:\n\n    {url}\n");
    if !has_display() {
        let _ = writeln!(
            stderr,
            "The browser must run on this machine, because the server redirects the browser to 127.0.0.1."
        );
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser")
            .field("app", &self.app)
            .field("port", &self.port)
            .field("path", &self.path)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
