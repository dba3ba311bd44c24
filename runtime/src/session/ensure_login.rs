//! Logs in once for all processes that share a store: [`Session::ensure_login`].

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use super::operation::Operation;
use super::session::Session;
use super::session_state::SessionState;
use super::tokens::AsTokens;
use crate::error::{Error, Kind};
use crate::platform::clock::Now;
use crate::platform::time::timeout;
use crate::platform::watchdog;
use crate::session::errors::no_session;
use crate::store::{SessionStore, StoreLock};

/// The time limit for a login, and for waiting for another task or process to log in.
const LONGEST: Duration = Duration::from_secs(600);
/// The interval at which the wall clock is read during a login. The wall clock is needed because the monotonic clock
/// stops while the machine is suspended.
const LOOK: Duration = Duration::from_secs(5);

impl Session {
    /// Creates a session that is kept in a store and survives a process restart. In a program with many users, give
    /// each user a store with a separate name or path, and create the user's client with
    /// [`Client::with_session`](crate::Client::with_session).
    ///
    /// ```
    /// # fn example(client: afresh::Client, user: u64) {
    /// use afresh::{FileStore, Session};
    ///
    /// let session = Session::with_store(FileStore::new(format!("sessions/{user}")));
    /// let of_one_user = client.with_session(session);
    /// # }
    /// ```
    #[must_use]
    pub fn with_store(store: impl SessionStore) -> Self {
        let session = Self::new();
        session.set_store(Arc::new(store));
        session
    }

    /// Logs in with `login`, unless this process or the store has a session that has not expired. Of all tasks and
    /// processes that share the session, only one logs in. One task runs `login`, and the other tasks wait for that
    /// login and then use the new session. If one task's `login` fails, the next task runs its own `login`.
    ///
    /// `login` can call a `#[login]` method or any other function that returns tokens. If `login` itself logs in
    /// through this session, as a `#[login]` method does, the returned tokens are not set again. If `login` returns
    /// tokens without setting the session itself, the tokens become the session.
    ///
    /// ```
    /// # use afresh::{api, Result, Tokens};
    /// # #[api] trait Shop {
    /// #     #[login] #[post("/login")] async fn login(&self, #[json] password: &str) -> Result<Tokens>;
    /// # }
    /// # async fn example(shop: ShopClient) -> Result<()> {
    /// shop.session().ensure_login(|| shop.login("secret")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A login can take up to 10 minutes of wall-clock time, so that a user has time to respond. After 10 minutes,
    /// `ensure_login` returns an error for which [`is_timeout`](Error::is_timeout) returns `true`. The store's lock is
    /// renewed during the login. Until the login is complete, every call that is not part of the login returns an error
    /// for which [`is_no_session`](Error::is_no_session) returns `true`. Inside `login`, do not make a call that needs
    /// the session.
    ///
    /// # Errors
    ///
    /// Returns the error that `login` or the store returns.
    ///
    /// This function is cancel safe: if the future is dropped, the next waiting task logs in immediately.
    pub fn ensure_login<F, P, T, E>(
        &self,
        login: F,
    ) -> Operation<impl Future<Output = Result<(), E>> + use<'_, F, P, T, E>>
    where
        F: FnOnce() -> P,
        P: IntoFuture<Output = Result<T, E>>,
        T: AsTokens,
        E: From<Error>,
    {
        Operation::new(async move {
            let Some(turn) = self.login_turn().await? else { return Ok(()) };
            // This task keeps the exclusive right to log in until the session is stored. If this task released the
            // right to log in before the session was stored, another process could find no session in the store, and
            // the user would have to log in twice.
            let before = self.snapshot().stamp;
            let value = turn.run(login().into_future()).await??;
            if self.snapshot().stamp.epoch == before.epoch {
                self.log_in(Some(before), value.as_tokens(), &[])?;
            }
            drop(value);
            self.saved().await?;
            drop(turn);
            if self.is_logged_in() { Ok(()) } else { Err(no_session().into()) }
        })
    }

    /// Waits until this caller may log in. Returns `None` if the session already has a login.
    async fn login_turn(&self) -> Result<Option<Turn<'_>>, Error> {
        if self.has_login(false).await? {
            return Ok(None);
        }
        let here = timeout(LONGEST, self.0.login_turn.lock()).await.map_err(|_| too_long())?;
        if self.has_login(false).await? {
            return Ok(None);
        }
        let locking = timeout(LONGEST, self.lock_for_login());
        let lock = locking.await.map_err(|elapsed| too_long().with_source(elapsed))??;
        let is_shared = lock.is_some();
        let lock = LoginLock::hold(lock, LONGEST + LOOK);
        if is_shared && self.has_login(true).await? {
            return Ok(None);
        }
        self.0.holds_login_lock.store(is_shared, Ordering::SeqCst);
        Ok(Some(Turn { lock, holds_lock: &self.0.holds_login_lock, _here: here }))
    }

    /// Whether this process or the store has a session. If `any` is true, another user's session is also accepted.
    async fn has_login(&self, any: bool) -> Result<bool, Error> {
        if !self.is_logged_in() {
            self.read_for_login(any).await?;
        }
        Ok(self.is_logged_in())
    }

    pub(super) fn is_logged_in(&self) -> bool {
        matches!(self.state(), SessionState::LoggedIn | SessionState::Refreshing)
    }
}

/// The exclusive right to log in, released when the `Turn` is dropped.
struct Turn<'a> {
    lock: Arc<LoginLock>,
    holds_lock: &'a AtomicBool,
    _here: tokio::sync::MutexGuard<'a, ()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.holds_lock.store(false, Ordering::SeqCst);
    }
}

impl Turn<'_> {
    /// Runs a login for at most [`LONGEST`] and renews the store's lock while the login runs.
    async fn run<T>(&self, login: impl Future<Output = T>) -> Result<T, Error> {
        let begun = Now::read();
        let mut login = pin!(login);
        loop {
            let pause = self.lock.renew_in().unwrap_or(LOOK).min(LOOK);
            if let Ok(done) = timeout(pause, login.as_mut()).await {
                return Ok(done);
            }
            let now = Now::read();
            if now.ticks.saturating_duration_since(begun.ticks) + now.slept_since(begun) >= LONGEST {
                return Err(too_long());
            }
            // The login is also polled while the store's lock is being renewed.
            let mut renewal = pin!(self.lock.renew());
            let done = poll_fn(|context| match login.as_mut().poll(context) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending => renewal.as_mut().poll(context).map(|()| None),
            });
            if let Some(done) = done.await {
                return Ok(done);
            }
        }
    }
}

struct LoginLock(Mutex<Option<StoreLock>>);

impl LoginLock {
    /// Holds `lock` until the returned value is dropped. A watchdog releases `lock` after `limit`, even if the login's
    /// runtime stalls.
    fn hold(lock: Option<StoreLock>, limit: Duration) -> Arc<Self> {
        let is_held = lock.is_some();
        let held = Arc::new(Self(Mutex::new(lock)));
        if is_held {
            let watched = Arc::downgrade(&held);
            watchdog::watch(limit, move || {
                // While the store lock is being renewed, it is not in the `LoginLock`, so the watchdog checks again
                // later.
                if watched.upgrade()?.take().is_some() { None } else { Some(LOOK) }
            });
        }
        held
    }

    /// Returns the time until the lock must be renewed, or `None` if the lock is not a lease.
    fn renew_in(&self) -> Option<Duration> {
        self.lock().as_ref().and_then(StoreLock::renew_in)
    }

    /// Renews the lock. This function is cancel safe: if the future is dropped, `self` still holds the lock.
    async fn renew(&self) {
        let mut renewing = Renewing { lock: self.take(), owner: self };
        let Some(lock) = &mut renewing.lock else { return };
        // If the renewal fails and the lease expires, the login continues without the lock.
        let _ = timeout(LOOK, lock.renew()).await;
    }

    fn take(&self) -> Option<StoreLock> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<StoreLock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store lock that was taken out of its [`LoginLock`] to be renewed. Dropping a `Renewing` puts the store lock back.
struct Renewing<'a> {
    lock: Option<StoreLock>,
    owner: &'a LoginLock,
}

impl Drop for Renewing<'_> {
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            *self.owner.lock() = Some(lock);
        }
    }
}

fn too_long() -> Error {
    Error::new(Kind::Timeout, "the login took longer than 10 minutes. Try again")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    struct Guard(std::sync::mpsc::Sender<()>);

    impl Drop for Guard {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }

    /// W13: the watchdog releases the lock of a login that is no longer polled.
    #[test]
    fn the_lock_of_a_login_whose_runtime_stalls_is_released() {
        let (dropped, released) = channel();
        let lock = LoginLock::hold(Some(StoreLock::new(Guard(dropped))), Duration::from_millis(50));
        released.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(lock.take().is_none());
    }
}
