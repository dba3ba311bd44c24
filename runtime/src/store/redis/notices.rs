//! Waits for change messages, and polls the store in case a message is lost.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::PubSub;
use redis::{Client, RedisResult};
use tokio::time::{sleep, timeout};

use crate::error::BoxError;
use crate::store::session_store::Revision;

/// The interval at which the store is polled if no message arrives.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// The average pause after a failed attempt to subscribe.
const PAUSE: Duration = Duration::from_secs(1);
/// The time limit for a subscription request.
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct Notices {
    client: Client,
    channel: String,
    /// The subscription of the previous waiter, which is kept for the next waiter. The subscription buffers the
    /// messages that arrive while there is no waiter.
    idle: Arc<Mutex<Option<PubSub>>>,
}

impl Notices {
    pub(super) fn new(client: Client, channel: String) -> Self {
        Self { client, channel, idle: Arc::default() }
    }

    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// Resolves when `look` returns a revision that differs from `seen`. An older revision is also treated as a change,
    /// because the server may have lost data.
    pub(super) async fn wait<L>(&self, seen: Revision, look: impl Fn() -> L)
    where
        L: Future<Output = Result<Revision, BoxError>>,
    {
        let mut subscription = Subscription { idle: self.idle.clone(), open: None };
        let mut timed_out = false;
        loop {
            // The subscription starts before the revision is read, so that every later change triggers a message.
            if subscription.open.is_none() {
                subscription.open = self.listen().await;
            }
            if look().await.is_ok_and(|now| now != seen) {
                if timed_out {
                    // The change was found without a message, so the subscription is assumed to be broken.
                    subscription.open = None;
                }
                return;
            }
            timed_out = subscription.wait_for_message(seen).await;
        }
    }

    async fn listen(&self) -> Option<PubSub> {
        if let Some(idle) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Some(idle);
        }
        let subscribe = async {
            let mut made = self.client.get_async_pubsub().await?;
            made.subscribe(&self.channel).await?;
            RedisResult::Ok(made)
        };
        timeout(TIMEOUT, subscribe).await.ok()?.ok()
    }
}

/// A guard that owns a task's Redis subscription while the task waits for a change. When the guard is dropped, the
/// subscription is kept for the next waiter.
struct Subscription {
    idle: Arc<Mutex<Option<PubSub>>>,
    open: Option<PubSub>,
}

impl Subscription {
    /// Waits until a message arrives or the poll interval has passed. Returns `true` if no message arrived within the
    /// interval.
    async fn wait_for_message(&mut self, seen: Revision) -> bool {
        let Some(open) = &mut self.open else {
            sleep(PAUSE.mul_f64(0.5 + fastrand::f64())).await;
            return false;
        };
        let received = {
            let news = open.on_message().filter(|message| {
                // A buffered message can announce a revision that is already known.
                let known = message.get_payload::<u64>().is_ok_and(|revision| revision <= seen.number());
                std::future::ready(!known)
            });
            timeout(CHECK_INTERVAL, pin!(news).next()).await
        };
        if let Ok(None) = received {
            self.open = None;
        }
        received.is_err()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
        }
    }
}
