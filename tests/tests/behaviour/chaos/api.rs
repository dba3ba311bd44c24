//! The API that the randomized tests call. Every request path contains the number of the call, so that the checks can
//! match requests to calls.

use std::convert::Infallible;

use afresh::{Body, Pending, RefreshToken, Result, Tokens, api};
use futures_util::stream;
use serde::Serialize;
use serde_json::Value;

/// The credentials in a login request: a session number and a login number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    pub session: usize,
    pub login: usize,
}

#[api]
pub trait RandomApi {
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

    /// The server always responds to this call with 403.
    #[get("/forbidden/{call}")]
    async fn forbidden(&self, call: usize) -> Result<Value>;

    #[put("/upload/{call}")]
    async fn upload(&self, call: usize, #[body] body: Body) -> Result<Value>;

    #[public]
    #[get("/open/{call}")]
    async fn open(&self, call: usize) -> Result<Value>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    Read,
    Write,
    Hurry,
    Pay,
    Forbidden,
    Upload,
    Open,
}

impl CallKind {
    /// Returns a random kind.
    pub fn any(random: &mut fastrand::Rng) -> Self {
        match random.u8(..20) {
            0..9 => Self::Read,
            9..12 => Self::Write,
            12..15 => Self::Hurry,
            15..17 => Self::Pay,
            17 => Self::Forbidden,
            18 => Self::Upload,
            _ => Self::Open,
        }
    }

    pub fn run(self, client: &RandomApiClient, call: usize) -> Pending<Result<Value>> {
        match self {
            Self::Read => client.read(call),
            Self::Write => client.write(call, "text"),
            Self::Hurry => client.hurry(call),
            Self::Pay => client.pay(call),
            Self::Forbidden => client.forbidden(call),
            Self::Upload => {
                client.upload(call, Body::stream(stream::iter([Ok::<_, Infallible>(b"once".as_slice())])))
            }
            Self::Open => client.open(call),
        }
    }
}

/// Returns the call number in a request path.
pub fn call_of(path: &str) -> Option<usize> {
    let (_, call) = path.rsplit_once('/')?;
    call.parse().ok()
}
