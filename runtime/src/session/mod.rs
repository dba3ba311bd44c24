//! Contains the session, which holds a user's tokens and cookies, and the types that describe and change the session.

// To read the code, start with `session.rs`.
// `state_machine` contains the rules for refreshing, which depend on neither tasks nor HTTP.

pub(crate) mod attempt;
pub(crate) mod call_types;
pub(crate) mod calls;
pub(crate) mod changes;
pub(crate) mod checksum;
pub(crate) mod cookie_session;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod cookies;
#[cfg(target_family = "wasm")]
#[path = "browser_cookies.rs"]
pub(crate) mod cookies;
pub(crate) mod credential;
pub(crate) mod decisions;
pub(crate) mod ended;
pub(crate) mod ends_at;
pub(crate) mod ensure_login;
pub(crate) mod errors;
pub(crate) mod event_stream;
pub(crate) mod events;
pub(crate) mod failure_backoff;
pub(crate) mod forbidden_routes;
pub(crate) mod jwt;
pub(crate) mod keep_fresh;
pub(crate) mod lifetime;
pub(crate) mod login_end;
pub(crate) mod manual_refresh;
pub(crate) mod operation;
pub(crate) mod record;
pub(crate) mod refresh_handle;
pub(crate) mod refresh_pause;
pub(crate) mod refresh_task;
pub(crate) mod revocation;
pub(crate) mod revoking;
#[expect(clippy::module_inception, reason = "the file has the name of its type `Session`")]
pub(crate) mod session;
pub(crate) mod session_state;
pub(crate) mod session_write;
pub(crate) mod snapshot;
pub(crate) mod state_machine;
pub(crate) mod store_rules;
pub(crate) mod store_sync;
pub(crate) mod stored_end;
pub(crate) mod stored_members;
pub(crate) mod token_fields;
pub(crate) mod tokens;
pub(crate) mod tokens_deserialize;
pub(crate) mod unanswered;
pub(crate) mod waiting;
pub(crate) mod way_to_refresh;

pub(crate) use self::call_types::{Demand, Next};
pub use self::cookie_session::CookieSession;
pub(crate) use self::cookies::{Cookies, SetCookies};
pub(crate) use self::credential::{Credential, is_scheme};
pub(crate) use self::decisions::{Attempt, RefusalKind};
pub(crate) use self::ended::Ended;
pub use self::event_stream::SessionEvents;
pub use self::events::SessionEvent;
pub use self::keep_fresh::KeepFresh;
pub(crate) use self::login_end::End;
pub use self::operation::Operation;
pub(crate) use self::refresh_pause::RefreshPause;
pub(crate) use self::revoking::Revoking;
pub use self::session::Session;
pub(crate) use self::session::{Boxed, CredentialProvider, Revoker};
pub use self::session_state::SessionState;
pub use self::session_write::SessionWrite;
pub(crate) use self::snapshot::{LoginState, Snapshot};
pub use self::token_fields::{TokenFields, TokenLifetime, TokenText};
pub use self::tokens::{AccessToken, AsTokens, FromSession, RefreshToken, Tokens};
