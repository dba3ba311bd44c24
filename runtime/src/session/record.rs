//! Defines [`Record`], which converts a session to and from the bytes in a store.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::checksum::Checksum;
use super::cookies::Cookies;
use super::login_end::LoginEnd;
use super::store_rules::Identity;
use super::stored_end::{StoredEnd, millis, since_1970};
use super::stored_members::{Invalid, Members};
use super::tokens::{AccessToken, RefreshToken, Tokens};
use crate::error::{Error, Kind};
use crate::platform::time::wall;

const VERSION: u64 = 1;

/// The content of a store: a session, and the intent of a process to refresh the session.
#[derive(Clone, Serialize)]
pub(crate) struct Record {
    /// The version of the record format.
    afresh: u64,
    /// The stored session, or `None` if the session was logged out.
    pub(crate) session: Option<StoredSession>,
    /// A process's announced intent to refresh the session, kept until the process stores the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) intent: Option<Intent>,
}

#[derive(Clone, Serialize)]
pub(crate) struct StoredSession {
    /// The identifier of the login. The identifier stays the same across refreshes and changes with each login.
    pub(crate) login: String,
    /// The number of credentials that the server has issued for the session's login. If two stored sessions belong to
    /// the same login, the session with the higher `generation` is newer.
    pub(crate) generation: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<AccessToken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<RefreshToken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The expiration time of the access token in milliseconds since 1970, according to the clock of the process that
    /// received the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<u64>,
    /// The time at which the login ends, as reported by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<StoredEnd>,
    /// In a browser, the browser itself stores the cookies.
    #[cfg_attr(target_family = "wasm", serde(skip))]
    pub(crate) cookies: Cookies,
    /// Whether the session's cookies are its credential. A cookie session has no access token.
    by_cookie: bool,
    /// The [identifier](crate::store::SessionStore::place) of the storage location to which a login or a refresh wrote
    /// this session. If a record names a location other than the location where it is stored, the record was copied,
    /// and the original record might contain the same refresh token.
    #[serde(rename = "home", skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Intent {
    /// The fencing number of the lock that the process holds for the refresh.
    pub(crate) fence: u64,
    /// The time at which the refresh started, in milliseconds since 1970.
    pub(crate) started: u64,
}

impl Record {
    pub(crate) fn new(session: Option<StoredSession>) -> Self {
        Self { afresh: VERSION, session, intent: None }
    }

    pub(crate) fn with_intent(self, intent: Option<Intent>) -> Self {
        Self { intent, ..self }
    }

    /// Reads a record. If `bytes` is empty, nothing has been stored yet, and the returned record contains no session.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Ok(Self::new(None));
        }
        let record = match Checksum::of(bytes) {
            Checksum::Right | Checksum::Absent => {
                serde_json::from_slice(bytes).ok().and_then(|record| Self::of(&record).ok())
            }
            Checksum::Foreign => None,
            Checksum::Wrong => {
                return Err(Error::new(
                    Kind::Store,
                    "the stored session is damaged: its checksum is wrong. Restore it from a copy, or delete it and log \
                     in again",
                ));
            }
        };
        // The error has no source, because the message of the JSON error would quote the stored bytes.
        let foreign = "the store contains data that is not a session. Empty the store or use another store";
        record.ok_or_else(|| Error::new(Kind::Store, foreign))
    }

    fn of(record: &Value) -> Result<Self, Invalid> {
        let record = Members::of(record)?;
        if record.number("afresh")? != Some(VERSION) {
            return Err(Invalid);
        }
        let session = record.object("session")?.map(StoredSession::of).transpose()?;
        let intent = record.object("intent")?.map(Intent::of).transpose()?;
        Ok(Self::new(session).with_intent(intent))
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, Error> {
        let record = serde_json::to_vec(self).map_err(|error| {
            Error::new(Kind::Store, "the session cannot be serialized. Report this bug in afresh")
                .with_source(error)
        })?;
        Ok(Checksum::add_to(&record))
    }
}

impl StoredSession {
    /// Creates a stored session. `age` is the time since the tokens were received.
    pub(crate) fn new(identity: Identity<String>, tokens: &Tokens, age: Duration, cookies: Cookies) -> Self {
        let expires = tokens.lifetime.and_then(|lifetime| {
            let left = lifetime.saturating_sub(age);
            wall().checked_add(left)
        });
        Self {
            login: identity.login,
            generation: identity.generation,
            access: tokens.access.clone(),
            refresh: tokens.refresh.clone(),
            token_type: tokens.token_type.clone(),
            scope: tokens.scope.clone(),
            expires: expires.map(since_1970),
            lifetime: tokens.lifetime.map(millis),
            ends: StoredEnd::of(&tokens.login_end),
            cookies,
            by_cookie: tokens.by_cookie,
            place: None,
        }
    }

    fn of(session: Members<'_>) -> Result<Self, Invalid> {
        Ok(Self {
            login: session.text("login")?.ok_or(Invalid)?,
            generation: session.number("generation")?.ok_or(Invalid)?,
            access: session.text("access")?.map(AccessToken::from),
            refresh: session.text("refresh")?.map(RefreshToken::from),
            token_type: session.text("token_type")?,
            scope: session.text("scope")?,
            expires: session.number("expires")?,
            lifetime: session.number("lifetime")?,
            ends: session.object("ends")?.map(StoredEnd::stored).transpose()?,
            cookies: Cookies::stored(session.value("cookies")).ok_or(Invalid)?,
            by_cookie: session.flag("by_cookie")?.unwrap_or_default(),
            place: session.text("home")?,
        })
    }

    pub(crate) fn with_place(self, place: Option<String>) -> Self {
        Self { place, ..self }
    }

    pub(crate) fn identity(&self) -> Identity<String> {
        Identity { login: self.login.clone(), generation: self.generation }
    }

    /// Whether a refresh can invalidate this session's refresh token or cookies. If two sessions use the same refresh
    /// token, the server might reject the second refresh.
    pub(crate) fn can_be_spent(&self) -> bool {
        self.refresh.is_some() || self.cookies != Cookies::default()
    }

    /// Returns the tokens, with the remaining lifetime of the access token. The remaining lifetime never exceeds the
    /// lifetime that the server sent, even if the clock was set back.
    pub(crate) fn tokens(&self) -> Tokens {
        let left = self.expires.map(|expires| expires.saturating_sub(since_1970(wall())));
        let left = left.zip(self.lifetime).map(|(left, lifetime)| left.min(lifetime)).or(left);
        Tokens {
            access: self.access.clone(),
            refresh: self.refresh.clone(),
            // An expired token gets a lifetime of 1 ms, because zero would mean an unknown lifetime.
            lifetime: left.map(|left| Duration::from_millis(left.max(1))),
            token_type: self.token_type.clone(),
            scope: self.scope.clone(),
            by_cookie: self.by_cookie,
            login_end: self.ends.map_or(LoginEnd::Unknown, StoredEnd::read),
        }
    }

    #[cfg(test)]
    pub(crate) fn has_same_refresh_token(&self, other: &Self) -> bool {
        self.refresh == other.refresh && self.cookies == other.cookies
    }
}

impl Intent {
    fn of(intent: Members<'_>) -> Result<Self, Invalid> {
        let fence = intent.number("fence")?.ok_or(Invalid)?;
        Ok(Self { fence, started: intent.number("started")?.ok_or(Invalid)? })
    }

    pub(crate) fn now(fence: u64) -> Self {
        Self { fence, started: since_1970(wall()) }
    }

    /// Returns the time since the refresh began, or zero if the clock was set back.
    pub(crate) fn age(&self) -> Duration {
        Duration::from_millis(since_1970(wall()).saturating_sub(self.started))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::cookies::SetCookies;

    fn stored(tokens: &Tokens, age: u64) -> StoredSession {
        let headers = [("set-cookie", "r=1; Path=/; HttpOnly"), ("set-cookie", "s=2; Max-Age=60")];
        let headers =
            headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let set = SetCookies::of(&headers.collect(), &"https://shop.test/a".parse().unwrap()).unwrap();
        let identity = Identity { login: "l".into(), generation: 3 };
        StoredSession::new(identity, tokens, Duration::from_secs(age), set.after(&Cookies::default()))
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let tokens = Tokens::new("a").with_refresh("r").with_scope("x y").with_token_type("bearer");
        let record = Record { intent: Some(Intent::now(7)), ..Record::new(Some(stored(&tokens, 0))) };
        let read = Record::read(&record.write().unwrap()).unwrap();
        let (before, after) = (record.session.unwrap(), read.session.unwrap());
        assert_eq!(
            (after.tokens(), after.generation, &*after.login),
            (tokens, 3, "l"),
            "tokens, generation and login id"
        );
        assert!(after.has_same_refresh_token(&before));
        assert_eq!(read.intent, record.intent);
    }

    #[test]
    fn a_stored_lifetime_runs_on() {
        let tokens = Tokens::new("a").with_lifetime(Duration::from_secs(100));
        let left = |age| stored(&tokens, age).tokens().expires_in().unwrap();
        assert!(left(40) <= Duration::from_secs(60) && left(40) > Duration::from_secs(50));
        assert_eq!(left(1000), Duration::from_millis(1));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_extend_a_lifetime() {
        let tokens = Tokens::new("a").with_lifetime(Duration::from_secs(100));
        let mut stored = stored(&tokens, 0);
        stored.expires = stored.expires.map(|expires| expires + 3_600_000);
        assert_eq!(stored.tokens().expires_in(), Some(Duration::from_secs(100)));
    }

    /// S7: the checksum detects every flipped bit in a record.
    #[test]
    fn a_flipped_bit_is_an_error_that_says_what_to_do() {
        let tokens = Tokens::new("access").with_refresh("s3cret");
        let record = Record::new(Some(stored(&tokens, 0))).write().unwrap();
        for bit in 0..record.len() * 8 {
            let mut damaged = record.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let error = Record::read(&damaged).err().unwrap_or_else(|| panic!("bit {bit} is detected"));
            assert!(error.is_store() && !error.to_string().contains("s3cret"), "{error}");
            if bit / 8 >= Checksum::START.len() {
                assert!(error.to_string().contains("log in again"), "{error}");
            }
        }
    }

    #[test]
    fn a_record_without_a_checksum_is_read() {
        let record = Record::new(Some(stored(&Tokens::new("a"), 0)));
        let old = serde_json::to_vec(&record).unwrap();
        assert!(old.starts_with(b"{\"afresh\":1"));
        assert_eq!(Record::read(&old).unwrap().session.unwrap().tokens(), Tokens::new("a"));
    }

    #[test]
    fn the_error_for_foreign_data_quotes_nothing() {
        for bytes in [&b"s3cret"[..], b"{}", br#"{"afresh":2,"session":null}"#, br#"{"afresh":1}x"#, b"\xff"]
        {
            let error = Record::read(bytes).err().unwrap();
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
        assert!(Record::read(b"").unwrap().session.is_none());
    }
}
