//! Measures the memory and time that many users with expired tokens need when they share one connection pool.

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use afresh::{RefreshToken, Result, Session, Tokens, api};
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use crate::server::users::{expired, refresh_token};
use crate::usage;

const AT_ONCE: usize = 64;

#[derive(Deserialize, Serialize)]
pub struct Users {
    /// The memory, in bytes, that an idle user's session, or its handwritten equivalent, occupies.
    pub idle: f64,
    /// The memory, in bytes, that a user's client occupies in addition to the session.
    pub client: f64,
    pub milliseconds: u64,
    /// The number of calls that failed or returned the wrong user.
    pub wrong: u64,
}

/// The user to whom the received token belongs.
#[derive(Deserialize)]
pub struct Me {
    user: u64,
}

#[api]
trait Account {
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/me")]
    async fn me(&self) -> Result<Me>;
}

/// Makes one call for each user and prints the results as [`Users`].
pub fn run(way: &str, base: &str, users: u64) {
    usage::allow_many_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let result = runtime.expect("a runtime").block_on(async {
        match way {
            "afresh" => through_afresh(base, users).await,
            "by-hand" => by_hand(base, users).await,
            way => panic!("no such way: {way}"),
        }
    });
    println!("{}", serde_json::to_string(&result).expect("numbers"));
}

async fn through_afresh(base: &str, users: u64) -> Users {
    let account = AccountClient::builder(base).build().expect("a client");
    let (sessions, idle) = held_by(users, |user| {
        let session = Session::new();
        let tokens = Tokens::new(expired(user)).with_refresh(refresh_token(user));
        drop(session.set(tokens.with_lifetime(Duration::from_secs(3600))));
        session
    });
    let mut each = sessions.iter();
    let (clients, client) = held_by(users, |_| account.with_session(each.next().expect("a session").clone()));
    let (milliseconds, wrong) =
        all_call(clients, |account: AccountClient| async move { Some(account.me().await.ok()?.user) }).await;
    Users { idle, client, milliseconds, wrong }
}

/// The state of one user in a handwritten client, with a lock for the refresh.
#[derive(Clone)]
struct User {
    http: Client,
    base: Arc<str>,
    access: Arc<RwLock<Arc<str>>>,
    refresh: Arc<Mutex<String>>,
}

impl User {
    fn token(&self) -> Arc<str> {
        Arc::clone(&self.access.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn me(&self) -> reqwest::Result<Me> {
        let token = self.token();
        let mut answer = self.send(&token).await?;
        if answer.status() == StatusCode::FORBIDDEN || answer.status() == StatusCode::UNAUTHORIZED {
            drop(answer);
            answer = self.send(&*self.newer_than(&token).await?).await?;
        }
        answer.error_for_status()?.json().await
    }

    async fn send(&self, token: &str) -> reqwest::Result<Response> {
        self.http.get(format!("{}/me", self.base)).bearer_auth(token).send().await
    }

    async fn newer_than(&self, old: &Arc<str>) -> reqwest::Result<Arc<str>> {
        let refresh = self.refresh.lock().await;
        if Arc::ptr_eq(&self.token(), old) {
            let request = self.http.post(format!("{}/refresh", self.base));
            let request = request.json(&json!({ "refresh_token": *refresh }));
            let renewed: Value = request.send().await?.error_for_status()?.json().await?;
            let access = renewed["access_token"].as_str().unwrap_or_default();
            *self.access.write().unwrap_or_else(PoisonError::into_inner) = access.into();
        }
        Ok(self.token())
    }
}

async fn by_hand(base: &str, users: u64) -> Users {
    let (http, base) = (Client::new(), Arc::<str>::from(base));
    let (users, idle) = held_by(users, |user| User {
        http: http.clone(),
        base: base.clone(),
        access: Arc::new(RwLock::new(expired(user).into())),
        refresh: Arc::new(Mutex::new(refresh_token(user))),
    });
    let (milliseconds, wrong) =
        all_call(users, |user: User| async move { Some(user.me().await.ok()?.user) }).await;
    Users { idle, client: 0.0, milliseconds, wrong }
}

/// Calls `make` once for each user. Returns the created values, and the average number of bytes allocated per value,
/// excluding the value's slot in the list.
fn held_by<T>(users: u64, make: impl FnMut(u64) -> T) -> (Vec<T>, f64) {
    let mut made = Vec::with_capacity(users as usize);
    let before = usage::held();
    made.extend((0..users).map(make));
    (made, (usage::held() - before) as f64 / users as f64)
}

/// Makes one call for each user. Returns the total time in milliseconds, and the number of calls that failed or
/// returned the wrong user.
async fn all_call<C, F>(clients: Vec<C>, call: impl Fn(C) -> F + Copy + Send + 'static) -> (u64, u64)
where
    C: Send + 'static,
    F: Future<Output = Option<u64>> + Send,
{
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let users = clients.len();
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for (user, client) in clients.into_iter().enumerate() {
        let limit = limit.clone();
        running.spawn(async move {
            let _permit = limit.acquire().await.expect("the semaphore is never closed");
            call(client).await == Some(user as u64)
        });
    }
    let right = running.join_all().await.into_iter().filter(|right| *right).count();
    (begun.elapsed().as_millis() as u64, (users - right) as u64)
}
