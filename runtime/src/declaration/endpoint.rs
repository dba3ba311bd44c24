//! Describes an API and its methods with constants that the macro generates: [`ApiInfo`] and [`Endpoint`].

use std::time::Duration;

use http::HeaderValue;

use crate::declaration::condition::Condition;
use crate::declaration::paging::Paging;
use crate::declaration::statuses::Statuses;
use crate::platform::idempotency_key::idempotency_key;

/// The settings of an API trait that apply to all of its methods.
#[derive(Debug)]
pub struct ApiInfo {
    pub(crate) name: &'static str,
    pub(crate) refresh_on: Option<Statuses<'static>>,
    pub(crate) expired_when: &'static [Condition],
    pub(crate) forbidden_when: &'static [Condition],
    pub(crate) scheme: Option<&'static str>,
    pub(crate) token_header: Option<&'static str>,
    pub(crate) session_ends_on: Option<Statuses<'static>>,
    pub(crate) session_ends_when: &'static [Condition],
    pub(crate) has_session: bool,
    pub(crate) has_header_arguments: bool,
}

impl ApiInfo {
    /// Creates an `ApiInfo` with the default settings.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            refresh_on: None,
            expired_when: &[],
            forbidden_when: &[],
            scheme: None,
            token_header: None,
            session_ends_on: None,
            session_ends_when: &[],
            has_session: false,
            has_header_arguments: false,
        }
    }

    /// Sets the status codes that indicate an expired credential.
    #[must_use]
    pub const fn refresh_on(mut self, statuses: &'static [u16]) -> Self {
        self.refresh_on = Some(Statuses::Declared(statuses));
        self
    }

    /// Sets the conditions under which a response indicates an expired credential.
    #[must_use]
    pub const fn expired_when(mut self, conditions: &'static [Condition]) -> Self {
        self.expired_when = conditions;
        self
    }

    /// Sets the conditions under which a refused call is treated as forbidden and does not trigger a refresh.
    #[must_use]
    pub const fn forbidden_when(mut self, conditions: &'static [Condition]) -> Self {
        self.forbidden_when = conditions;
        self
    }

    /// Sets the authentication scheme that precedes the token in the request header.
    #[must_use]
    pub const fn scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// Makes the client send the token without an authentication scheme.
    #[must_use]
    pub const fn bare_token(self) -> Self {
        self.scheme("")
    }

    /// Sets the name of the header that carries the access token. The header name must be lowercase.
    #[must_use]
    pub const fn token_header(mut self, name: &'static str) -> Self {
        self.token_header = Some(name);
        self
    }

    /// Sets the status codes that end the session when the refresh endpoint returns them.
    #[must_use]
    pub const fn session_ends_on(mut self, statuses: &'static [u16]) -> Self {
        self.session_ends_on = Some(Statuses::Declared(statuses));
        self
    }

    /// Sets the conditions under which a response from the refresh endpoint ends the session.
    #[must_use]
    pub const fn session_ends_when(mut self, conditions: &'static [Condition]) -> Self {
        self.session_ends_when = conditions;
        self
    }

    /// Declares that at least one method starts, refreshes or ends the session.
    #[must_use]
    pub const fn with_session(mut self) -> Self {
        self.has_session = true;
        self
    }

    /// Declares that at least one method has a header argument, which can contain a secret.
    #[must_use]
    pub const fn with_header_arguments(mut self) -> Self {
        self.has_header_arguments = true;
        self
    }
}

/// Describes one method of an API trait.
#[derive(Debug)]
pub struct Endpoint {
    pub(crate) api: &'static ApiInfo,
    pub(crate) name: &'static str,
    pub(crate) verb: &'static str,
    /// The literal parts of the method's path. Each literal part except the last is followed by the value of a
    /// placeholder.
    pub(crate) path: &'static [&'static str],
    /// The declared path, or `None` if the path has no placeholders.
    pub(crate) template: Option<&'static str>,
    pub(crate) role: Role,
    /// Whether the method sends requests without an access token.
    pub(crate) bare: bool,
    pub(crate) replay: bool,
    /// Whether the API trait declares the method idempotent, regardless of the HTTP method.
    pub(crate) idempotent: bool,
    pub(crate) idempotency_key: Option<IdempotencyKey>,
    pub(crate) refresh_on: Option<Statuses<'static>>,
    pub(crate) expired_when: Option<&'static [Condition]>,
    pub(crate) forbidden_when: Option<&'static [Condition]>,
    /// The status codes for which the method returns `None`.
    pub(crate) none_on: Statuses<'static>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) pages: Option<Paging>,
}

/// Describes the random idempotency key that each call to the method sends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdempotencyKey {
    /// The lowercase name of the header that carries the idempotency key.
    pub(crate) header: &'static str,
    /// Returns a new key. A program without idempotency keys does not link this function, because only
    /// [`Endpoint::idempotency_key`] refers to it.
    pub(crate) random: fn() -> Option<HeaderValue>,
}

/// The method's role in the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The method uses the session.
    Ordinary,
    /// The method does not use the session.
    Public,
    /// The method starts the session.
    Login,
    /// The method refreshes the session.
    Refresh,
    /// The method ends the session.
    Logout,
}

impl Endpoint {
    /// Creates an `Endpoint` for a method with the role `Ordinary`.
    #[must_use]
    pub const fn new(
        api: &'static ApiInfo,
        name: &'static str,
        verb: &'static str,
        path: &'static [&'static str],
    ) -> Self {
        Self {
            api,
            name,
            verb,
            path,
            template: None,
            role: Role::Ordinary,
            bare: false,
            replay: true,
            idempotent: false,
            idempotency_key: None,
            refresh_on: None,
            expired_when: None,
            forbidden_when: None,
            none_on: Statuses::EMPTY,
            timeout: None,
            pages: None,
        }
    }

    /// Sets the path, such as `/orders/{id}`, including the names of its placeholders.
    #[must_use]
    pub const fn template(mut self, template: &'static str) -> Self {
        self.template = Some(template);
        self
    }

    /// Applies `#[public]`. A logout method keeps its role, even if it is marked `#[public]`.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.bare = true;
        if matches!(self.role, Role::Ordinary) { self.with_role(Role::Public) } else { self }
    }

    /// `#[login]`.
    #[must_use]
    pub const fn login(self) -> Self {
        self.with_role(Role::Login)
    }

    /// `#[refresh]`.
    #[must_use]
    pub const fn refresh(self) -> Self {
        self.with_role(Role::Refresh)
    }

    /// `#[logout]`.
    #[must_use]
    pub const fn logout(self) -> Self {
        self.with_role(Role::Logout)
    }

    /// `#[no_replay]`.
    #[must_use]
    pub const fn no_replay(mut self) -> Self {
        self.replay = false;
        self
    }

    /// `#[idempotent]`.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Applies `#[idempotency_key]`. The header name must be lowercase.
    #[must_use]
    pub const fn idempotency_key(mut self, header: &'static str) -> Self {
        self.idempotency_key = Some(IdempotencyKey { header, random: idempotency_key });
        self
    }

    pub(crate) const fn is_idempotent(&self) -> bool {
        self.idempotent || self.idempotency_key.is_some()
    }

    /// `#[refresh_on(...)]`.
    #[must_use]
    pub const fn refresh_on(mut self, statuses: &'static [u16]) -> Self {
        self.refresh_on = Some(Statuses::Declared(statuses));
        self
    }

    /// `#[expired_when(...)]`.
    #[must_use]
    pub const fn expired_when(mut self, conditions: &'static [Condition]) -> Self {
        self.expired_when = Some(conditions);
        self
    }

    /// `#[forbidden_when(...)]`.
    #[must_use]
    pub const fn forbidden_when(mut self, conditions: &'static [Condition]) -> Self {
        self.forbidden_when = Some(conditions);
        self
    }

    /// `#[none_on(...)]`.
    #[must_use]
    pub const fn none_on(mut self, statuses: &'static [u16]) -> Self {
        self.none_on = Statuses::Declared(statuses);
        self
    }

    /// Applies `#[timeout("...")]`. The timeout is given in milliseconds.
    #[must_use]
    pub const fn timeout(mut self, millis: u64) -> Self {
        self.timeout = Some(Duration::from_millis(millis));
        self
    }

    /// `#[pages(...)]`.
    #[must_use]
    pub const fn pages(mut self, paging: Paging) -> Self {
        self.pages = Some(paging);
        self
    }

    const fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
}
