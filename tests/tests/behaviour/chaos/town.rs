//! The API that is called in the chaos: every method carries the number of its call in its path, so that each request is
//! known for what it belongs to.

use std::convert::Infallible;

use afresh::{Body, Pending, RefreshToken, Result, Tokens, api};
use futures_util::stream;
use serde::Serialize;
use serde_json::Value;

/// Who logs in: the number of a session, and of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    pub lane: usize,
    pub login: usize,
}

#[api]
pub trait Town {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] who: &Who) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/read/{call}")]
    async fn read(&self, call: usize) -> Result<Value>;

    #[post("/write/{call}")]
    async fn write(&self, call: usize, #[json] text: &str) -> Result<Value>;

    #[timeout("3s")]
    #[get("/hurry/{call}")]
    async fn hurry(&self, call: usize) -> Result<Value>;

    #[no_replay]
    #[post("/pay/{call}")]
    async fn pay(&self, call: usize) -> Result<Value>;

    /// Nobody may.
    #[get("/forbidden/{call}")]
    async fn forbidden(&self, call: usize) -> Result<Value>;

    #[put("/upload/{call}")]
    async fn upload(&self, call: usize, #[body] body: Body) -> Result<Value>;

    #[public]
    #[get("/open/{call}")]
    async fn open(&self, call: usize) -> Result<Value>;
}

/// The kinds of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    Read,
    Write,
    Hurry,
    Pay,
    Forbidden,
    Upload,
    Open,
}

impl Errand {
    /// Any, the ordinary ones rather than others.
    pub fn any(dice: &mut fastrand::Rng) -> Self {
        match dice.u8(..20) {
            0..9 => Self::Read,
            9..12 => Self::Write,
            12..15 => Self::Hurry,
            15..17 => Self::Pay,
            17 => Self::Forbidden,
            18 => Self::Upload,
            _ => Self::Open,
        }
    }

    pub fn run(self, town: &TownClient, call: usize) -> Pending<Result<Value>> {
        match self {
            Self::Read => town.read(call),
            Self::Write => town.write(call, "text"),
            Self::Hurry => town.hurry(call),
            Self::Pay => town.pay(call),
            Self::Forbidden => town.forbidden(call),
            Self::Upload => {
                town.upload(call, Body::stream(stream::iter([Ok::<_, Infallible>(b"once".as_slice())])))
            }
            Self::Open => town.open(call),
        }
    }
}

/// The number of the call that a request belongs to.
pub fn call_of(path: &str) -> Option<usize> {
    let (_, call) = path.rsplit_once('/')?;
    call.parse().ok()
}
