//! Manages the Redis connection that runs the scripts. The connection is opened when it is first needed, and reopened
//! after a failure.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, RedisResult, ScriptInvocation};

/// The time limit for opening a connection or waiting for one response.
const TIMEOUT: Duration = Duration::from_secs(1);
/// The time limit for one operation. One operation can require a DNS lookup, two connections and two responses, because
/// a script is run again if the connection breaks. The server might also have to load the script first.
const DEADLINE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct Connection {
    client: Client,
    open: Arc<Mutex<Option<MultiplexedConnection>>>,
}

impl Connection {
    pub(super) fn new(client: Client) -> Self {
        Self { client, open: Arc::default() }
    }

    /// Returns a connection to the same server that does not use the open connection.
    pub(super) fn without_open(&self) -> Self {
        Self::new(self.client.clone())
    }

    /// Runs a script. If the connection breaks, the script is run once more on a new connection. If a script's response
    /// is lost, the script might already have run, so it must be safe to run every script more than once.
    pub(super) async fn run<'a, T: FromRedisValue>(
        &self,
        script: impl Fn() -> ScriptInvocation<'a>,
    ) -> RedisResult<T> {
        let run = async {
            match self.once(&script()).await {
                Err(error) if is_of_the_connection(&error) => self.once(&script()).await,
                result => result,
            }
        };
        let too_long = |_| RedisError::from((redis::ErrorKind::Io, "Redis did not respond within 5 s"));
        tokio::time::timeout(DEADLINE, run).await.unwrap_or_else(|elapsed| Err(too_long(elapsed)))
    }

    async fn once<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> RedisResult<T> {
        let mut connection = self.connection().await?;
        let result = script.invoke_async(&mut connection).await;
        // If the Redis server rejects writes, it might have become a replica. The next operation therefore resolves the
        // server name again.
        if result.is_err() {
            *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        result
    }

    /// Returns the open connection, or opens a new one. If concurrent operations each open a connection, only the last
    /// connection is kept.
    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(open) = open {
            return Ok(open);
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        let made = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
        Ok(made)
    }
}

fn is_of_the_connection(error: &RedisError) -> bool {
    error.is_io_error() || error.is_connection_dropped() || error.is_timeout()
}

/// Returns a name that is unique across processes. The name is unique because the standard library seeds its hashers
/// with random numbers from the operating system.
pub(super) fn random_name() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}{:08x}", number(), number(), std::process::id())
}
