//! Defines [`Gate`], which holds the responses to one kind of request.

use tokio::sync::watch;

/// Counts requests of one kind, and holds their responses while the gate is closed.
pub struct Gate {
    arrived: watch::Sender<u64>,
    closed: watch::Sender<bool>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { arrived: watch::Sender::new(0), closed: watch::Sender::new(false) }
    }
}

impl Gate {
    /// Holds each response until [`open`](Self::open) is called.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Sends the held responses, and no longer holds responses.
    pub fn open(&self) {
        self.closed.send_replace(false);
    }

    /// Waits until `count` requests have arrived, including requests whose responses are held.
    pub async fn received(&self, count: u64) {
        let _ = self.arrived.subscribe().wait_for(|arrived| *arrived >= count).await;
    }

    /// Counts a request, and waits while the gate is closed.
    pub(crate) async fn pass(&self) {
        self.arrived.send_modify(|arrived| *arrived += 1);
        let _ = self.closed.subscribe().wait_for(|closed| !closed).await;
    }
}
