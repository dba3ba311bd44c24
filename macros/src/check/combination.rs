//! HEADER

use crate::api::Endpoint;
use crate::diag::{Diagnostics, Located};
use crate::model::Rule;

/// Which attributes make another one meaningless, and why.
struct Clash {
    of: &'static str,
    with: &'static [&'static str],
    because: &'static str,
}

/// All the combinations that say two things at once. Two roles are a case of their own.
const CLASHES: &[Clash] = &[
    Clash {
        of: "public",
        with: &["login", "refresh"],
        because: "its role already says which credential it carries",
    },
    Clash {
        of: "no_replay",
        with: &["login", "refresh", "logout", "public"],
        because: "it is never sent again anyway",
    },
    Clash {
        of: "refresh_on",
        with: &["login", "refresh", "logout", "public"],
        because: "it never triggers a refresh anyway",
    },
    Clash {
        of: "expired_when",
        with: &["login", "refresh", "logout", "public"],
        because: "it never triggers a refresh anyway",
    },
    Clash {
        of: "forbidden_when",
        with: &["login", "refresh", "logout", "public"],
        because: "it never triggers a refresh anyway",
    },
    Clash {
        of: "none_on",
        with: &["login", "refresh", "logout"],
        because: "its answer changes the session, so it must be one",
    },
    Clash { of: "none_on", with: &["pages"], because: "a page is never `None`" },
    Clash {
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
            check_clashes(endpoint, rule, diag);
        }
        earlier.push(rule);
    }
}

fn check_clashes(endpoint: &Endpoint, rule: &Located<Rule>, diag: &mut Diagnostics) {
    let names = || endpoint.rules.iter().map(|other| other.value.name());
    let mut clashes = CLASHES.iter().filter(|clash| clash.of == rule.value.name());
    let found = clashes.find_map(|clash| Some((clash, names().find(|name| clash.with.contains(name))?)));
    if let Some((clash, other)) = found {
        let fact = format!("method `{}` must not be both `{other}` and `{}`", endpoint.name(), clash.of);
        diag.push_help(rule.at, fact, format_args!("remove `#[{}]`: {}", clash.of, clash.because));
    }
}
