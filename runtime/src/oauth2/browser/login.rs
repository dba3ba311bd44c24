//! How a login in the browser goes: [`Browser`].

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
use super::step_up::Demand;
use crate::error::{Error, Result};
use crate::oauth2::app::App;
use crate::oauth2::authorization_answer::{AuthorizationAnswer, AuthorizationCode};
use crate::oauth2::authorization_error::{unavailable, unavailable_by};
use crate::oauth2::authorization_request::AuthorizationRequest;
use crate::session::{Operation, Session, Tokens};

/// How long a person has to log in.
const TIMEOUT: Duration = Duration::from_secs(5 * 60);
const PATH: &str = "/callback";

/// Logs a person in with the browser of this machine: [`App::browser`].
#[must_use = "call `run`"]
pub struct Browser {
    app: App,
    opener: Opener,
    announce: Box<dyn FnOnce(&str) + Send>,
    port: u16,
    path: String,
    page: Option<String>,
    timeout: Duration,
    demand: Option<Result<Demand>>,
}

impl App {
    /// Logs a person in with the browser of this machine (RFC 8252, RFC 6749 §4.1, with PKCE): for command-line tools and
    /// desktop programs.
    ///
    /// [`run`](Browser::run) listens on the loopback interface, opens the browser and waits for the answer. Register
    /// `http://127.0.0.1/callback` at the server. It must allow any port (RFC 8252 §7.3); for one that does not, set
    /// [`port`](Browser::port).
    ///
    /// The URL is printed, too, so the person can open it in another browser of this machine. If there is none, for example
    /// over SSH, use [`device`](App::device).
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
    /// Opens the URL with this function. The function runs on its own thread, so it may block. It may spawn tasks on
    /// the Tokio runtime. It returns `()`, or a `Result` that says whether a browser was opened. A failure does not end
    /// the wait: the person can still open the URL that is announced. Default: the browser of the system, unless the
    /// program runs over SSH or without a display.
    pub fn open<F, R>(mut self, open: F) -> Self
    where
        F: FnOnce(&str) -> R + Send + 'static,
        R: Opened,
    {
        self.opener = Opener::function(open);
        self
    }

    /// Tells the person the URL with this function, before the browser is opened. It must not block. Default: the URL is
    /// written to stderr.
    pub fn announce(mut self, announce: impl FnOnce(&str) + Send + 'static) -> Self {
        self.announce = Box::new(announce);
        self
    }

    /// Listens on this port, for servers that compare the port of the redirect URL. Default: any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The path of the redirect URL. It begins with `/` and has neither query nor fragment. Default: `/callback`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Shows this HTML after the login. Default: a small page in English. After a failure, the page is always the one of the
    /// runtime, which says what happened.
    pub fn page(mut self, html: impl Into<String>) -> Self {
        self.page = Some(html.into());
        self
    }

    /// How long the person has, from the start of [`run`](Self::run) to the answer. Default: 5 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Asks for what the API demanded when it refused a call: another scope (`insufficient_scope`, RFC 6750 §3.1), or a
    /// stronger or more recent login (`insufficient_user_authentication`, RFC 9470).
    ///
    /// A demanded scope is added to that of the [`App`] and that of the session, because the new login replaces the session
    /// as a whole. If the error demands neither, [`run`](Self::run) returns an error with
    /// [`is_request`](Error::is_request).
    ///
    /// ```no_run
    /// # async fn example(app: afresh::oauth2::App, shop: afresh::Client, order: reqwest::Request) -> afresh::Result<()> {
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
        self.demand = Some(Demand::of(error));
        self
    }

    /// Logs the person in. The tokens become `session`, and are stored, before the future is ready. It replaces the session
    /// as a `#[login]` method does. Run it inside [`Session::ensure_login`] so that one of many processes logs in.
    ///
    /// It listens on the literal address `127.0.0.1` and accepts one thing: a `GET` of its path with the `state` of this
    /// login. Any other request gets a page with the status 400, and the wait continues. The code is exchanged once.
    ///
    /// Dropping the future closes the port at once.
    ///
    /// # Errors
    ///
    /// - [`is_login_denied`](Error::is_login_denied): the person or the server refused the login.
    /// - [`is_login_unavailable`](Error::is_login_unavailable): the time is up, the port is taken, or the server cannot be
    ///   reached. The text says if no browser could be opened.
    /// - Another error: the settings are not possible, the answer is from another server, a logout happened meanwhile, or
    ///   the store failed.
    pub fn run(self, session: &Session) -> Operation<impl Future<Output = Result<Tokens>> + Send + 'static> {
        let session = session.clone();
        // Boxed: a login is rare, and its state is large.
        Operation::new(Box::pin(async move { self.log_in(&session).await }))
    }

    async fn log_in(self, session: &Session) -> Result<Tokens> {
        let begun = session.snapshot().stamp;
        let demand = self.demand.clone().transpose()?;
        let replacing = demand.map(|demand| self.app.meeting(&demand, session)).unwrap_or_default();
        let mut listener = listen(self.port, &self.path).await?;
        let port = listener.port().map_err(|error| unavailable_by("the listener has no port", error))?;
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
            "the path of the redirect must begin with `/`, without a query or fragment",
        ));
    }
    Listener::bind(port, path).await.map_err(|error| {
        let text = match port {
            0 => "cannot listen on any port of 127.0.0.1".to_owned(),
            port => format!("cannot listen on port {port} of 127.0.0.1 ({})", error.kind()),
        };
        unavailable_by(text, error)
    })
}

/// Waits for the first answer that belongs to this login. Any other request gets a page, and the wait continues.
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

/// Exchanges the code. A second tab gets a page meanwhile.
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
        "no browser could be opened, and no login came in time. On a machine without a browser, log in with a device code \
         (`App::device`)"
    } else {
        "no login came from the browser in time"
    })
}

/// An error is ignored: the program may have closed stderr.
fn announce_on_stderr(url: &str) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "Open this URL in a browser to log in:\n\n    {url}\n");
    if !has_display() {
        let _ =
            writeln!(stderr, "The browser must run on this machine, because it is sent back to 127.0.0.1.");
    }
}

/// Omits the functions.
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
