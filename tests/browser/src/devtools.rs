//! Sends commands to Chromium over one WebSocket with the DevTools protocol, and receives the results.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// The time limit for one command.
const LONGEST: Duration = Duration::from_secs(60);

/// The connection to a browser. Clones share the connection.
#[derive(Clone)]
pub struct DevTools {
    commands: mpsc::UnboundedSender<Message>,
    waiting: Waiting,
    next: Arc<AtomicU64>,
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// The reason why a command failed.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

impl DevTools {
    pub async fn connect(url: &str) -> Result<Self, Failure> {
        let (socket, _) = connect_async(url).await?;
        let (mut sink, mut stream) = socket.split();
        let (commands, mut queue) = mpsc::unbounded_channel();
        let waiting = Waiting::default();
        tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
        });
        let results = waiting.clone();
        tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                let Some(answer) = message.to_text().ok().and_then(|text| serde_json::from_str(text).ok())
                else {
                    continue;
                };
                deliver(&results, answer);
            }
            // The browser has exited, so the waiting commands do not get a result.
            results.lock().unwrap().clear();
        });
        Ok(Self { commands, waiting, next: Arc::default() })
    }

    /// Runs one command for the browser or for a tab's session.
    pub async fn run(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value, Failure> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.waiting.lock().unwrap().insert(id, sender);
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        self.commands.send(Message::text(command.to_string()))?;
        let mut answer = tokio::time::timeout(LONGEST, receiver)
            .await
            .map_err(|_| format!("{method} takes longer than {LONGEST:?}"))?
            .map_err(|_| format!("{method}: the connection to the browser has ended"))?;
        match answer.get("error") {
            Some(error) => Err(format!("{method}: {error}").into()),
            None => Ok(answer["result"].take()),
        }
    }
}

/// Sends a result to the caller that is waiting for it. Browser events are ignored, because they are not responses to a
/// command.
fn deliver(waiting: &Waiting, answer: Value) {
    let waiting = answer["id"].as_u64().and_then(|id| waiting.lock().unwrap().remove(&id));
    if let Some(waiting) = waiting {
        let _ = waiting.send(answer);
    }
}
