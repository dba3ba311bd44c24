//! [`Opener`] opens a URL in the browser on this machine, or with a function that the program supplies.

use std::sync::{Arc, OnceLock};
use std::{env, fmt, thread};

use tokio::runtime::Handle;

/// The return value of a function that is passed to [`Browser::open`](super::Browser::open): `()`, or a `Result` that
/// reports whether a browser was opened.
pub trait Opened {
    /// Returns whether a browser was opened. For `()`, this method always returns `true`.
    fn is_opened(&self) -> bool;
}

impl Opened for () {
    fn is_opened(&self) -> bool {
        true
    }
}

impl<T, E> Opened for Result<T, E> {
    fn is_opened(&self) -> bool {
        self.is_ok()
    }
}

/// A function that opens a URL and returns whether a browser was opened.
pub(super) struct Opener(Box<dyn FnOnce(&str) -> bool + Send>);

/// The value that an opener returned, or no value while the opener is running.
#[derive(Clone, Default)]
pub(super) struct Opening(Arc<OnceLock<bool>>);

impl Opener {
    /// Returns an opener that opens the system browser if the user can see a browser on this machine.
    pub(super) fn system() -> Self {
        Self(Box::new(|url| has_display() && webbrowser::open(url).is_ok()))
    }

    pub(super) fn function<R: Opened>(open: impl FnOnce(&str) -> R + Send + 'static) -> Self {
        Self(Box::new(|url| open(url).is_opened()))
    }

    /// Opens `url` on a separate thread, because an opener can block until the browser is closed. The opener can spawn
    /// tasks on the caller's Tokio runtime.
    pub(super) fn start(self, url: &str) -> Opening {
        let opening = Opening::default();
        let (url, runtime, result) = (url.to_owned(), Handle::try_current().ok(), opening.clone());
        let run = move || {
            let failure = SetOnDrop(result);
            let _runtime = runtime.as_ref().map(Handle::enter);
            let opened = (self.0)(&url);
            let _ = failure.0.0.set(opened);
        };
        if thread::Builder::new().name("afresh-browser".into()).spawn(run).is_err() {
            let _ = opening.0.set(false);
        }
        opening
    }
}

impl Opening {
    /// Returns whether the opener reported that it could not open a browser.
    pub(super) fn has_failed(&self) -> bool {
        self.0.get() == Some(&false)
    }
}

/// Reports a failure if the opener panics.
struct SetOnDrop(Opening);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        let _ = self.0.0.set(false);
    }
}

/// Returns whether the user can see a browser on this machine. Over SSH or without a display, the user cannot see a
/// browser, and a text browser would occupy the terminal.
pub(super) fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("SSH_CONNECTION") || set("SSH_TTY") {
        // With X11 forwarding, the user can see a browser that runs on this machine.
        return set("DISPLAY");
    }
    !cfg!(all(unix, not(target_os = "macos")))
        || set("DISPLAY")
        || set("WAYLAND_DISPLAY")
        || set("WSL_DISTRO_NAME")
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}
