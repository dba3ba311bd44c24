//! Notices of changes, and looks where there are none.

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

/// After which somebody looks who has heard nothing.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// After a subscription that failed.
const PAUSE: Duration = Duration::from_secs(1);
/// For making one.
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct Notices {
    client: Client,
    channel: String,
    /// The subscription of who waited last, for who waits next. What it hears meanwhile is kept for them.
    idle: Arc<Mutex<Option<PubSub>>>,
}

impl Notices {
    pub(super) fn new(client: Client, channel: String) -> Self {
        Self { client, channel, idle: Arc::default() }
    }

    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// Resolves when a `look` finds another revision than `seen`, also an earlier one: the server has forgotten something then.
    pub(super) async fn wait<L>(&self, seen: Revision, look: impl Fn() -> L)
    where
        L: Future<Output = Result<Revision, BoxError>>,
    {
        let mut subscription = Subscription { idle: self.idle.clone(), open: None };
        let mut timed_out = false;
        loop {
            // Subscribed first, looked then: whatever comes after the look is heard.
            if subscription.open.is_none() {
                subscription.open = self.listen().await;
            }
            if look().await.is_ok_and(|now| now != seen) {
                if timed_out {
                    // It should have been heard, so this subscription is deaf.
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

/// A subscription that is put back when its listener goes away.
struct Subscription {
    idle: Arc<Mutex<Option<PubSub>>>,
    open: Option<PubSub>,
}

impl Subscription {
    /// Until there is reason to look; true if that is only the time that has passed.
    async fn wait_for_message(&mut self, seen: Revision) -> bool {
        let Some(open) = &mut self.open else {
            sleep(PAUSE.mul_f64(0.5 + fastrand::f64())).await;
            return false;
        };
        let heard = {
            let news = open.on_message().filter(|message| {
                // One that was kept, of a change that is known.
                let known = message.get_payload::<u64>().is_ok_and(|revision| revision <= seen.number());
                std::future::ready(!known)
            });
            timeout(CHECK_INTERVAL, pin!(news).next()).await
        };
        if let Ok(None) = heard {
            self.open = None;
        }
        heard.is_err()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
        }
    }
}
