//! HEADER

use crate::api::Endpoint;
use crate::diag::{Diagnostics, Located};
use crate::model::Rule;

/// Which attributes make another one meaningless, and why.
struct Conflict {
    of: &'static str,
    with: &'static [&'static str],
    because: &'static str,
}

/// All the combinations that say two things at once. Two roles are a case of their own.
const CONFLICTS: &[Conflict] = &[
    Conflict {
        of: "public",
        with: &["login", "refresh"],
        because: "its role already says which credential it carries",
    },
    Conflict {
        of: "no_replay",
        with: &["login", "refresh", "logout", "public"],
        because: "it is never sent again anyway",
    },
    Conflict {
        of: "refresh_on",
        with: &["login", "refresh", "logout", "public"],
        because: "it never triggers a refresh anyway",
    },
    Conflict {
        of: "expired_when",
        with: &["login", "refresh", "logout", "public"],
        because: "it never triggers a refresh anyway",
    },
    Conflict {
        of: "forbidden_when",
        with: &["login", "refresh", "logout", "public"],
        because: "it never triggers a refresh anyway",
    },
    Conflict {
        of: "none_on",
        with: &["login", "refresh", "logout"],
        because: "its answer changes the session, so it must be one",
    },
    Conflict { of: "none_on", with: &["pages"], because: "a page is never `None`" },
    Conflict {
        of: "pages",
        with: &["login", "refresh", "logout"],
        because: "its answer changes the session, and that is one answer",
    },
];

/// Reports roles and rules that exclude each other, and those given twice.
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
    let names = || endpoint.rules.iter().map(|other| other.value.name());
    let mut conflicts = CONFLICTS.iter().filter(|conflict| conflict.of == rule.value.name());
    let found =
        conflicts.find_map(|conflict| Some((conflict, names().find(|name| conflict.with.contains(name))?)));
    if let Some((conflict, other)) = found {
        let fact = format!("method `{}` must not be both `{other}` and `{}`", endpoint.name(), conflict.of);
        diag.push_help(rule.at, fact, format_args!("remove `#[{}]`: {}", conflict.of, conflict.because));
    }
}
