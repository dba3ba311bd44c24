//! Rejects method attributes that contradict each other.

use crate::api::Endpoint;
use crate::diag::{Diagnostics, Located};
use crate::model::Rule;

/// An attribute that has no effect when combined with certain other attributes, and the reason why it has no effect.
struct Conflict {
    of: &'static str,
    with: &'static [&'static str],
    because: &'static str,
}

/// All pairs of attributes that contradict each other. The function `check_rules` rejects a method with two roles.
const CONFLICTS: &[Conflict] = &[
    Conflict {
        of: "public",
        with: &["login", "refresh"],
        because: "the role already determines which credential the method sends",
    },
    Conflict {
        of: "no_replay",
        with: &["login", "refresh", "logout", "public"],
        because: "calls to the method are never sent again",
    },
    Conflict { of: "refresh_on", with: NEVER_REFRESHED, because: NO_REFRESH },
    Conflict { of: "expired_when", with: NEVER_REFRESHED, because: NO_REFRESH },
    Conflict { of: "forbidden_when", with: NEVER_REFRESHED, because: NO_REFRESH },
    Conflict { of: "expired_when", with: &["head"], because: NO_BODY },
    Conflict { of: "forbidden_when", with: &["head"], because: NO_BODY },
    Conflict {
        of: "none_on",
        with: ROLES,
        because: "the response changes the session, so it cannot be `None`",
    },
    Conflict { of: "none_on", with: &["pages"], because: "a page is never `None`" },
    Conflict {
        of: "pages",
        with: ROLES,
        because: "the response changes the session, so it cannot be a list of pages",
    },
    Conflict { of: "pages", with: &["head"], because: NO_BODY },
    Conflict { of: "idempotent", with: ROLES, because: "calls to a method with a role are never retried" },
    Conflict {
        of: "idempotency_key",
        with: ROLES,
        because: "calls to a method with a role are never retried",
    },
    Conflict { of: "idempotent", with: &["no_replay"], because: "calls to the method are never sent again" },
    Conflict {
        of: "idempotency_key",
        with: &["no_replay"],
        because: "calls to the method are never sent again",
    },
    Conflict {
        of: "idempotent",
        with: &["get", "head", "put", "delete", "options", "trace"],
        because: "the HTTP method is already idempotent",
    },
    Conflict {
        of: "idempotent",
        with: &["idempotency_key"],
        because: "`#[idempotency_key]` implies `#[idempotent]`",
    },
];

const ROLES: &[&str] = &["login", "refresh", "logout"];
const NEVER_REFRESHED: &[&str] = &["login", "refresh", "logout", "public"];
const NO_REFRESH: &str = "the method never triggers a refresh";
const NO_BODY: &str = "the response to a HEAD request has no body";

/// Reports conflicting rules, duplicate rules and a second role on a method.
pub(super) fn check_rules(endpoint: &Endpoint, diag: &mut Diagnostics) {
    let mut earlier: Vec<&Located<Rule>> = Vec::new();
    for rule in &endpoint.rules {
        let name = rule.value.name();
        let is_role = |rule: &Located<Rule>| matches!(rule.value, Rule::Role(_));
        if earlier.iter().any(|other| other.value.name() == name) {
            diag.push(rule.at, format_args!("duplicate `{name}` attribute on method `{}`", endpoint.name()));
        } else if is_role(rule) && earlier.iter().any(|other| is_role(other)) {
            diag.push(rule.at, format_args!("method `{}` has more than one role", endpoint.name()));
        } else {
            check_conflicts(endpoint, rule, diag);
        }
        earlier.push(rule);
    }
}

fn check_conflicts(endpoint: &Endpoint, rule: &Located<Rule>, diag: &mut Diagnostics) {
    let verb = endpoint.verb.iter().map(|verb| verb.value.to_ascii_lowercase());
    let rules = endpoint.rules.iter().map(|other| other.value.name().to_owned());
    let names: Vec<String> = rules.chain(verb).collect();
    let mut conflicts = CONFLICTS.iter().filter(|conflict| conflict.of == rule.value.name());
    let found = conflicts.find_map(|conflict| {
        Some((conflict, names.iter().find(|name| conflict.with.contains(&name.as_str()))?))
    });
    if let Some((conflict, other)) = found {
        let fact = format!("method `{}` must not be both `{other}` and `{}`", endpoint.name(), conflict.of);
        diag.push_help(rule.at, fact, format_args!("remove `#[{}]`: {}", conflict.of, conflict.because));
    }
}
