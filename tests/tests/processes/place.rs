//! The stores in which a test's processes keep their session.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use afresh::error::BoxError;
use afresh::store::{RedisStore, SessionStore, Stored};
use afresh::{Client, FileStore, Tokens};
use afresh_tests::{RedisServer, TokenPair};

/// A store that one test uses. Dropping this value removes the store.
pub enum Place {
    File(PathBuf),
    Redis { server: Box<Mutex<RedisServer>>, lease: Duration },
}

const KEY: &str = "afresh:ann";

impl Place {
    pub fn file() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("afresh-processes-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self::File(folder)
    }

    /// Returns a Redis store, or `None` if Redis is neither installed nor required.
    pub fn redis(lease: Duration) -> Option<Self> {
        let server = Box::new(Mutex::new(RedisServer::start()?));
        Some(Self::Redis { server, lease })
    }

    /// Returns a file store and, if Redis is available, a Redis store. The lease in Redis is as short as possible
    /// without expiring early on a busy machine.
    pub fn all() -> Vec<Self> {
        [Some(Self::file()), Self::redis(Duration::from_secs(2))].into_iter().flatten().collect()
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "FileStore",
            Self::Redis { .. } => "RedisStore",
        }
    }

    /// Returns the command-line arguments that make a worker process use this store.
    pub fn arguments(&self) -> Vec<String> {
        match self {
            Self::File(_) => vec!["file".into(), self.path().to_str().unwrap().into()],
            Self::Redis { lease, .. } => {
                vec!["redis".into(), self.redis_server().url(), KEY.into(), lease.as_millis().to_string()]
            }
        }
    }

    pub fn path(&self) -> PathBuf {
        match self {
            Self::File(folder) => folder.join("session"),
            Self::Redis { .. } => panic!("there is no file in Redis"),
        }
    }

    pub fn redis_server(&self) -> MutexGuard<'_, RedisServer> {
        match self {
            Self::File(_) => panic!("there is no Redis in a file"),
            Self::Redis { server, .. } => server.lock().unwrap(),
        }
    }

    /// Stores a session, as if a process had logged in and exited.
    pub async fn log_in(&self, origin: &str, issued: &TokenPair) {
        let builder = Client::builder(origin);
        let builder = match self {
            Self::File(_) => builder.store(FileStore::new(self.path())),
            Self::Redis { .. } => builder.store(self.in_redis()),
        };
        let tokens = Tokens::new(&*issued.access).with_refresh(&*issued.refresh);
        builder.build().unwrap().session().set(tokens).await.unwrap();
    }

    pub async fn stored(&self) -> Result<Stored, BoxError> {
        match self {
            Self::File(_) => FileStore::new(self.path()).load().await,
            Self::Redis { .. } => self.in_redis().load().await,
        }
    }

    fn in_redis(&self) -> RedisStore {
        RedisStore::new(self.redis_server().url(), KEY).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::File(folder) = self {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
