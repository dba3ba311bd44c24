//! Describes the whole API: the trait's settings and its members.

use proc_macro2::Ident;

use super::endpoint::Endpoint;
use crate::diag::Located;
use crate::model::{Condition, PathTemplate, Scheme};
use crate::names::{self, Runtime};
use crate::syntax::{Item, Method, Trait};

pub(crate) struct Api<'s> {
    pub(crate) source: &'s Trait,
    pub(crate) client: Ident,
    pub(crate) runtime: Runtime,
    pub(crate) prefix: Option<Located<PathTemplate>>,
    pub(crate) refresh_on: Option<Located<Vec<u16>>>,
    pub(crate) expired_when: Option<Vec<Condition>>,
    pub(crate) forbidden_when: Option<Vec<Condition>>,
    pub(crate) scheme: Option<Scheme>,
    pub(crate) token_header: Option<Located<String>>,
    pub(crate) session_ends_on: Option<Located<Vec<u16>>>,
    pub(crate) session_ends_when: Option<Located<Vec<Condition>>>,
    pub(crate) dyn_type: Option<Located<Ident>>,
    pub(crate) members: Vec<Member<'s>>,
    /// Whether any method has a role (login, refresh or logout) in at least one `cfg` configuration.
    pub(crate) has_roles: bool,
}

#[allow(
    clippy::large_enum_variant,
    reason = "almost all members are endpoints, and an endpoint is large only in tests, where each span contains a source position"
)]
pub(crate) enum Member<'s> {
    /// A method that sends a request. If the method has a default body, the client overrides it, but other
    /// implementations of the trait can use it.
    Endpoint(Endpoint<'s>),
    /// An invalid method that would send a request. In the trait and the client, a stub replaces the invalid method.
    Invalid(&'s Method),
    /// A method that has a default body and does not send a request. The client does not override the default body.
    Provided(&'s Method),
    /// An invalid method that has a default body and does not send a request. The invalid method stays in the trait,
    /// and no other code is generated from it.
    InvalidProvided(&'s Method),
    Other(&'s Item),
}

impl<'s> Api<'s> {
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &Endpoint<'s>> {
        self.members.iter().filter_map(|member| match member {
            Member::Endpoint(endpoint) => Some(endpoint),
            Member::Provided(_) | Member::InvalidProvided(_) | Member::Invalid(_) | Member::Other(_) => None,
        })
    }

    /// Returns `None` if the path to the runtime crate is relative, because a relative path might not resolve inside
    /// another module.
    pub(crate) fn client_module(&self) -> Option<Ident> {
        let first = self.endpoints().next().map(|endpoint| &endpoint.source.name.ident);
        self.runtime.is_absolute().then(|| names::client_module(&self.source.name.ident, first))
    }

    /// Marks the invalid methods, so that only stubs are generated for them. An invalid method with the same name as an
    /// earlier method is removed.
    pub(crate) fn exclude_invalid(&mut self, is_wrong: impl Fn(&Method) -> bool) {
        let mut names: Vec<String> = Vec::new();
        let lacks_types = self.source.items.iter().any(Item::is_unsupported_type);
        let is_invalid = |method: &Method| is_wrong(method) || lacks_types && method.mentions_itself();
        self.members.retain_mut(|member| {
            let source = match member {
                Member::Endpoint(endpoint) => endpoint.source,
                Member::Provided(method) | Member::InvalidProvided(method) | Member::Invalid(method) => {
                    *method
                }
                Member::Other(_) => return true,
            };
            let invalid = is_invalid(source);
            match member {
                Member::Endpoint(_) if invalid => *member = Member::Invalid(source),
                Member::Provided(_) if invalid => *member = Member::InvalidProvided(source),
                _ => {}
            }
            let repeated = names.contains(&source.name.plain());
            names.push(source.name.plain());
            !(invalid && repeated)
        });
    }
}
