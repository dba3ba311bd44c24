//! The test server's logins and tokens. Refresh tokens rotate. The server detects when a used refresh token is sent
//! again, but can still accept it within a grace window.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The state of all logins on one server.
#[derive(Default)]
pub struct Authority {
    logins: HashMap<u64, Login>,
    next: u64,
    /// Access tokens whose number is smaller than this value have expired.
    oldest_valid: u64,
    /// The grace window: how long the server still accepts a refresh token that was already used.
    pub grace: Duration,
    /// Whether a logout revokes only the presented refresh token. If this field is `false`, a logout ends the whole
    /// login, even if the presented refresh token was already used.
    pub revokes_one_token: bool,
    pub counts: Counts,
}

struct Login {
    user: String,
    current: String,
    spent: HashMap<String, Instant>,
    ended: bool,
}

/// The server's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub logins: u64,
    pub logouts: u64,
    /// The number of refresh requests that presented the current refresh token.
    pub refreshes: u64,
    /// The number of refresh requests that presented a used refresh token within its grace window.
    pub within_grace: u64,
    /// The number of refresh requests that presented a used refresh token after its grace window had ended. A used
    /// refresh token that arrives after the grace window also ends its login.
    pub spent: u64,
    /// The number of rejected refreshes: without a refresh token, with a used refresh token, or with the refresh token
    /// of an ended login.
    pub refused: u64,
    /// The number of calls with a valid token.
    pub calls: u64,
    /// The number of rejected calls.
    pub unauthorized: u64,
}

/// An access token and its refresh token.
pub struct Issued {
    pub access: String,
    pub refresh: String,
}

impl Authority {
    pub fn log_in(&mut self, user: &str) -> Issued {
        self.counts.logins += 1;
        let login = self.number();
        let refresh = self.refresh_token(login);
        let started =
            Login { user: user.into(), current: refresh.clone(), spent: HashMap::new(), ended: false };
        self.logins.insert(login, started);
        Issued { access: self.access_token(login), refresh }
    }

    /// Ends the login that the refresh token belongs to.
    pub fn log_out(&mut self, refresh: &str) {
        self.counts.logouts += 1;
        let revokes_one_token = self.revokes_one_token;
        if let Some(login) = login_of(refresh).and_then(|login| self.logins.get_mut(&login)) {
            login.ended |= !revokes_one_token || login.current == refresh;
        }
    }

    /// Ends all logins, as an administrator might do.
    pub fn end_all(&mut self) {
        self.logins.values_mut().for_each(|login| login.ended = true);
    }

    /// Exchanges a refresh token for new tokens. Returns `None` if the refresh token is not valid.
    pub fn refresh(&mut self, presented: Option<&str>) -> Option<Issued> {
        let issued = self.exchange(presented);
        if issued.is_none() {
            self.counts.refused += 1;
        }
        issued
    }

    fn exchange(&mut self, presented: Option<&str>) -> Option<Issued> {
        let presented = presented?;
        let id = login_of(presented)?;
        let next = self.refresh_token(id);
        let login = self.logins.get_mut(&id).filter(|login| !login.ended)?;
        if presented == login.current {
            let spent = std::mem::replace(&mut login.current, next.clone());
            login.spent.insert(spent, Instant::now());
            self.counts.refreshes += 1;
            return Some(Issued { access: self.access_token(id), refresh: next });
        }
        let since = login.spent.get(presented)?;
        if since.elapsed() <= self.grace {
            let refresh = login.current.clone();
            self.counts.within_grace += 1;
            return Some(Issued { access: self.access_token(id), refresh });
        }
        login.ended = true;
        self.counts.spent += 1;
        None
    }

    /// Returns the user who owns an access token.
    pub fn call(&mut self, access: Option<&str>) -> Option<String> {
        let user = access.and_then(|access| self.user_of(access));
        let count = if user.is_some() { &mut self.counts.calls } else { &mut self.counts.unauthorized };
        *count += 1;
        user
    }

    pub(crate) fn user_of(&self, access: &str) -> Option<String> {
        let (login, number) = access.strip_prefix("access-")?.split_once('-')?;
        let login = self.logins.get(&login.parse().ok()?).filter(|login| !login.ended)?;
        let valid = number.parse().is_ok_and(|number: u64| number >= self.oldest_valid);
        valid.then(|| login.user.clone())
    }

    /// Expires all access tokens.
    pub fn expire(&mut self) {
        self.oldest_valid = self.next;
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn access_token(&mut self, login: u64) -> String {
        format!("access-{login}-{}", self.number())
    }

    fn refresh_token(&mut self, login: u64) -> String {
        format!("refresh-{login}-{}", self.number())
    }
}

fn login_of(refresh: &str) -> Option<u64> {
    refresh.strip_prefix("refresh-")?.split_once('-')?.0.parse().ok()
}
