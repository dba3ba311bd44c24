//! Defines [`Tabs`], one tab's view of the session that all tabs share.
//!
//! Each record has a revision. While a tab has a record, the tab holds a shared lock whose name contains the record's
//! revision. A tab can see another tab's new lock before it receives the message with the new record. If the lock names
//! contain a newer revision, the tab therefore waits for the message with the newer record.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};
use std::time::Duration;

use send_wrapper::SendWrapper;
use tokio::sync::Notify;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent};

use super::lock_name;
use super::message::Message;
use super::tab_record::TabRecord;
use super::web_locks::{Mode, WebLock, WebLocks};
use crate::error::BoxError;
use crate::platform::time::timeout;
use crate::store::session_store::{Revision, Stored, Swap};

/// The maximum time that a tab waits for a record from another tab. The other tab might be frozen.
const LONGEST_ANSWER: Duration = Duration::from_secs(2);
/// The interval at which a waiting tab checks whether the tab with the record still exists.
const LOOK: Duration = Duration::from_millis(250);
/// The time that a tab without Web Locks waits for a record. Without Web Locks, a tab cannot detect other tabs.
const ANSWER_OF_ANY: Duration = Duration::from_millis(300);

pub(super) struct Tabs {
    name: String,
    this: Weak<SendWrapper<Self>>,
    record: RefCell<TabRecord>,
    /// The newest revision that this tab knows about. The tab might not have received the record with this revision
    /// yet.
    newest: Cell<u64>,
    /// The revision of a record that no other tab sent in time.
    unanswered: Cell<u64>,
    /// Whether a record has arrived since the store was last read.
    is_unread: Cell<bool>,
    /// Whether this tab has already requested the session. This field is used only if Web Locks are not available.
    has_asked: Cell<bool>,
    news: Notify,
    locks: Option<WebLocks>,
    /// The revision of this tab's record, and the shared lock whose name contains that revision.
    held: RefCell<Option<(u64, WebLock)>>,
    channel: Option<Channel>,
}

/// The channel to the other tabs, with the function that receives their messages.
struct Channel {
    channel: BroadcastChannel,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Tabs {
    pub(super) fn new(name: String, this: Weak<SendWrapper<Self>>) -> Self {
        let channel = Channel::open(&name, this.clone());
        let tabs = Self {
            name,
            this,
            record: RefCell::default(),
            newest: Cell::default(),
            unanswered: Cell::default(),
            is_unread: Cell::default(),
            has_asked: Cell::default(),
            news: Notify::new(),
            locks: WebLocks::find(),
            held: RefCell::default(),
            channel,
        };
        tabs.send(&Message::Ask);
        tabs
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the newest record. Returns this tab's record, labeled with the newest known revision, if no tab sends
    /// the newest record.
    pub(super) async fn load(&self) -> Result<Stored, BoxError> {
        let elsewhere = self.look().await?;
        if self.locks.is_none() && !self.has_asked.replace(true) && self.newest.get() == 0 {
            let _ = timeout(ANSWER_OF_ANY, self.notified()).await;
        } else if self.lacks(elsewhere) && self.unanswered.get() != elsewhere {
            self.send(&Message::Ask);
            let answered = timeout(LONGEST_ANSWER, self.catch_up(elsewhere)).await;
            self.unanswered.set(if answered.is_ok() { 0 } else { elsewhere });
        }
        self.is_unread.set(false);
        Ok(Stored { revision: Revision::new(self.newest.get()), record: self.record.borrow().record.clone() })
    }

    pub(super) async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        let _change = self.lock_exclusively(lock_name::change(&self.name)).await?;
        self.look().await?;
        if swap.basis.number() != self.newest.get() {
            return Ok(None);
        }
        let revision = swap.basis.next();
        let lock = self.hold(revision.number()).await?;
        let record =
            TabRecord { revision: revision.number(), writer: fastrand::u64(..), record: swap.record };
        if !record.is_newer_than(&self.record.borrow()) {
            return Ok(None);
        }
        self.keep(record.clone(), lock);
        self.is_unread.set(false);
        self.send(&Message::Session(record));
        Ok(Some(revision))
    }

    /// Waits for the refresh lock. Returns `None` outside a secure context.
    pub(super) async fn lock(&self) -> Result<Option<WebLock>, BoxError> {
        self.lock_exclusively(lock_name::refresh(&self.name)).await
    }

    pub(super) async fn changed(&self, seen: u64) {
        while self.newest.get() == seen && !self.is_unread.get() {
            self.notified().await;
        }
    }

    async fn lock_exclusively(&self, name: String) -> Result<Option<WebLock>, BoxError> {
        match &self.locks {
            Some(locks) => locks.lock(&name, Mode::Exclusive).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the newest revision that any tab has, according to the lock names.
    async fn look(&self) -> Result<u64, BoxError> {
        let Some(locks) = &self.locks else { return Ok(0) };
        let held = locks.held().await?;
        let revisions = held.iter().filter_map(|name| lock_name::revision_in(name, &self.name));
        let elsewhere = revisions.max().unwrap_or_default();
        self.newest.set(self.newest.get().max(elsewhere));
        Ok(elsewhere)
    }

    fn lacks(&self, revision: u64) -> bool {
        self.record.borrow().revision < revision
    }

    /// Waits until this tab has the record with revision `revision`, or until no tab has that record anymore.
    async fn catch_up(&self, revision: u64) {
        let mut elsewhere = revision;
        while self.lacks(elsewhere) {
            if timeout(LOOK, self.notified()).await.is_err() {
                elsewhere = self.look().await.unwrap_or_default();
            }
        }
    }

    /// Waits until this tab receives or stores a new record.
    async fn notified(&self) {
        self.news.notified().await;
    }

    /// Acquires a shared lock, so that other tabs can see that this tab has the record with revision `revision`.
    async fn hold(&self, revision: u64) -> Result<Option<WebLock>, BoxError> {
        match &self.locks {
            Some(locks) => {
                locks.lock(&lock_name::revision(&self.name, revision), Mode::Shared).await.map(Some)
            }
            None => Ok(None),
        }
    }

    fn keep(&self, record: TabRecord, lock: Option<WebLock>) {
        let revision = record.revision;
        self.newest.set(self.newest.get().max(revision));
        self.is_unread.set(true);
        self.record.replace(record);
        self.keep_lock(revision, lock);
        self.news.notify_waiters();
    }

    fn keep_lock(&self, revision: u64, lock: Option<WebLock>) {
        let mut held = self.held.borrow_mut();
        if let Some(lock) = lock.filter(|_| held.as_ref().is_none_or(|(before, _)| *before < revision)) {
            *held = Some((revision, lock));
        }
    }

    fn send(&self, message: &Message) {
        if let Some(Channel { channel, .. }) = &self.channel {
            // Sending a message fails only if the channel is closed.
            let _ = channel.post_message(&message.text().into());
        }
    }

    fn receive(&self, text: &str) {
        match Message::read(text) {
            Some(Message::Ask) => {
                let record = self.record.borrow().clone();
                if record.revision > 0 {
                    self.send(&Message::Session(record));
                }
            }
            Some(Message::Session(record)) if record.is_newer_than(&self.record.borrow()) => {
                self.hold_later(record.revision);
                self.keep(record, None);
            }
            Some(Message::Session(_)) | None => {}
        }
    }

    fn hold_later(&self, revision: u64) {
        let this = self.this.clone();
        spawn_local(async move {
            let Some(tabs) = this.upgrade() else { return };
            if let Ok(lock) = tabs.hold(revision).await {
                tabs.keep_lock(revision, lock);
            }
        });
    }
}

impl Channel {
    /// Opens the channel to the other tabs. Returns `None` if the web page cannot use a `BroadcastChannel`.
    fn open(name: &str, tabs: Weak<SendWrapper<Tabs>>) -> Option<Self> {
        let channel = BroadcastChannel::new(&format!("afresh {name}")).ok()?;
        let listener = Closure::new(move |event: MessageEvent| {
            let tabs: Option<Arc<SendWrapper<Tabs>>> = tabs.upgrade();
            if let (Some(tabs), Some(text)) = (tabs, event.data().as_string()) {
                tabs.receive(&text);
            }
        });
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Some(Self { channel, _listener: listener })
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
