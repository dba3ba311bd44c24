//! [`Listener`] receives the redirect from the authorization server on the loopback interface.

use std::future::{Future, poll_fn};
use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Sleep, sleep, timeout};

use super::connection::{Asked, answer, read};
use super::page::Page;

/// The maximum number of open connections. If a new connection would exceed the maximum number of open connections, the
/// listener closes the oldest connection, so a program that opens many connections cannot block the browser.
const MAX_CONNECTIONS: usize = 64;
/// The delay before the listener retries after it fails to accept a connection.
const PAUSE: Duration = Duration::from_millis(100);
/// The maximum time to wait until the browser has received the last page.
const PAGE_DEADLINE: Duration = Duration::from_secs(2);

/// A listener on `127.0.0.1`. Dropping the listener frees its port immediately.
pub(super) struct Listener {
    /// The listening socket, which is `None` after `close`.
    socket: Option<TcpListener>,
    /// The timer for the delay after the listener fails to accept a connection.
    pause: Option<Pin<Box<Sleep>>>,
    path: Arc<str>,
    connections: JoinSet<()>,
    /// The handles of the connections, oldest first. Some of the handles can belong to connections that are already
    /// closed.
    handles: Vec<AbortHandle>,
    sender: mpsc::Sender<Callback>,
    callbacks: mpsc::Receiver<Callback>,
}

/// A `GET` request for the redirect path. If the callback is dropped without a response, its connection is closed.
pub(super) struct Callback {
    pub(super) query: String,
    page: oneshot::Sender<Page>,
    shown: oneshot::Receiver<()>,
}

impl Listener {
    /// Binds the literal address `127.0.0.1`, because `localhost` can resolve to an address where another program
    /// listens. With port 0, the operating system chooses a free port.
    pub(super) async fn bind(port: u16, path: &str) -> io::Result<Self> {
        let socket = Some(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?);
        let (sender, callbacks) = mpsc::channel(MAX_CONNECTIONS);
        let (connections, handles) = (JoinSet::new(), Vec::new());
        Ok(Self { socket, pause: None, path: path.into(), connections, handles, sender, callbacks })
    }

    pub(super) fn port(&self) -> io::Result<u16> {
        let socket = self.socket.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        Ok(socket.local_addr()?.port())
    }

    /// Frees the port. Open connections stay open until the listener is dropped.
    pub(super) fn close(&mut self) {
        self.socket = None;
    }

    /// Requests that are not callbacks receive an error page.
    pub(super) async fn next(&mut self) -> Callback {
        poll_fn(|context| self.poll_next(context)).await
    }

    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Callback> {
        self.poll_accept(context);
        while let Poll::Ready(Some(_)) = self.connections.poll_join_next(context) {}
        match self.callbacks.poll_recv(context) {
            Poll::Ready(Some(callback)) => Poll::Ready(callback),
            // The listener itself owns a sender, so the channel never closes.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) {
        while let Some(socket) = &self.socket {
            if self.pause.as_mut().is_some_and(|pause| pause.as_mut().poll(context).is_pending()) {
                return;
            }
            self.pause = None;
            match socket.poll_accept(context) {
                Poll::Ready(Ok((stream, _))) => self.serve(stream),
                // Calling `accept` again without a delay would fail, for example because the process has too many open
                // files.
                Poll::Ready(Err(_)) => self.pause = Some(Box::pin(sleep(PAUSE))),
                Poll::Pending => return,
            }
        }
    }

    fn serve(&mut self, stream: TcpStream) {
        self.handles.retain(|handle| !handle.is_finished());
        if self.handles.len() >= MAX_CONNECTIONS {
            self.handles.remove(0).abort();
        }
        let connection = serve(stream, self.path.clone(), self.sender.clone());
        self.handles.push(self.connections.spawn(connection));
    }
}

impl Callback {
    /// Sends a page to the browser and waits until the browser has received the page.
    pub(super) async fn answer(self, page: Page) {
        if self.page.send(page).is_ok() {
            let _ = timeout(PAGE_DEADLINE, self.shown).await;
        }
    }

    /// Sends a page to the browser without waiting for delivery.
    pub(super) fn answer_later(self, page: Page) {
        let _ = self.page.send(page);
    }
}

async fn serve(mut stream: TcpStream, path: Arc<str>, callbacks: mpsc::Sender<Callback>) {
    let page = match read(&mut stream, &path).await {
        None => return,
        Some(Asked::Other) => Page::not_expected(),
        Some(Asked::Callback(query)) => {
            let ((page, decided), (done, shown)) = (oneshot::channel(), oneshot::channel());
            if callbacks.send(Callback { query, page, shown }).await.is_err() {
                return;
            }
            let Ok(page) = decided.await else { return };
            answer(&mut stream, &page).await;
            let _ = done.send(());
            return;
        }
    };
    answer(&mut stream, &page).await;
}
