//! The session: who is logged in, and the one place where that changes. Start with `session`, the handle; the
//! rules are in `cell`, which knows neither tasks nor HTTP.

pub(crate) mod attempt;
pub(crate) mod cell;
pub(crate) mod change;
pub(crate) mod cookie_session;
pub(crate) mod cookies;
pub(crate) mod credential;
pub(crate) mod crossing;
pub(crate) mod decision;
pub(crate) mod doubt;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod flight;
pub(crate) mod fruitless;
pub(crate) mod jwt;
pub(crate) mod keep_fresh;
pub(crate) mod memo;
pub(crate) mod record;
pub(crate) mod revocation;
pub(crate) mod session;
pub(crate) mod snapshot;
pub(crate) mod store_sync;
pub(crate) mod term;
pub(crate) mod ticket;
pub(crate) mod token_field;
pub(crate) mod token_response;
pub(crate) mod tokens;
pub(crate) mod write;

pub use self::cookie_session::CookieSession;
pub(crate) use self::cookies::{Cookies, SetCookies};
pub(crate) use self::credential::{Credential, is_scheme};
pub(crate) use self::crossing::{Demand, Next};
pub(crate) use self::decision::{Attempt, Finding};
pub use self::events::{SessionEvent, SessionEvents};
pub use self::keep_fresh::KeepFresh;
pub(crate) use self::session::{Boxed, CredentialProvider, Revoker};
pub use self::session::{Session, SessionState};
pub(crate) use self::snapshot::{Snapshot, Standing};
pub use self::token_field::{TokenFields, TokenLifetime, TokenText};
pub use self::tokens::{AccessToken, AsTokens, FromSession, RefreshToken, Tokens};
pub use self::write::SessionWrite;
