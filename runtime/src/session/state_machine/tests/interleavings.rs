//! Explores every interleaving of a few callers, their refreshes, and all other session events. The events are expiry,
//! failed and rejected refreshes, logins, logouts, manual refreshes, refreshes before expiry, dropped callers, and the
//! passage of time.

use std::collections::HashSet;
use std::io::Write;

use super::model::{Budget, Kind, Model, NOTHING};

fn explore(name: &str, callers: &[Kind], budget: Budget) {
    let first = Model::new(callers, budget);
    let mut seen = HashSet::from([first.key()]);
    let (mut open, mut steps) = (vec![first], 0_usize);
    while let Some(model) = open.pop() {
        let next = model.steps();
        assert!(model.is_done() || !next.is_empty(), "I7: a caller waits for ever, {model:?}");
        for step in next {
            let mut model = model.clone();
            model.take(step);
            steps += 1;
            if seen.insert(model.key()) {
                open.push(model);
            }
        }
    }
    // The test runner does not capture output written directly to stderr, so the number of explored states appears in
    // every run.
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "explored {name}: {} states, {steps} steps", seen.len());
    assert!(seen.len() > 1_000, "only {}", seen.len());
}

use Kind::{Certain, Manual, Once, Suspect};

/// B1, B3, B5, D10, F5, G2: invariants I1 to I7, I9, I11, I13 and I20 hold with four callers, two token expiries, a
/// failed refresh, a refresh that returns the same token, and two dropped callers.
#[test]
fn no_interleaving_of_four_callers_breaks_an_invariant() {
    let budget = Budget { expiries: 2, failures: 1, same_tokens: 1, drops: 2, ..NOTHING };
    explore("four callers", &[Certain, Certain, Suspect, Suspect], budget);
}

/// B5, F5, J1, J3, J4, J5: all invariants hold with four callers, a login, a logout, an expiry and a failed refresh.
#[test]
fn no_interleaving_with_a_login_and_a_logout_breaks_an_invariant() {
    let budget = Budget { expiries: 1, failures: 1, logins: 1, logouts: 1, drops: 2, ..NOTHING };
    explore("a login and a logout", &[Certain, Certain, Suspect, Suspect], budget);
}

/// D3, D14, D15, J7, U1: all invariants hold if a refresh is rejected, is aborted or fails, and a new login follows.
#[test]
fn no_interleaving_with_an_end_of_the_session_breaks_an_invariant() {
    let budget = Budget { expiries: 1, failures: 1, refusals: 1, aborts: 1, logins: 1, ..NOTHING };
    explore("an end of the session", &[Certain, Suspect, Suspect, Once], budget);
}

/// H1, H13, B14: all invariants hold with an expiring token, refreshes before expiry, and manual refreshes.
#[test]
fn no_interleaving_with_refreshes_before_expiry_breaks_an_invariant() {
    let budget = Budget { expiries: 1, failures: 1, time_steps: 2, ..NOTHING };
    explore("refreshes before expiry", &[Manual, Certain, Certain, Suspect], budget);
}

/// D16, I12: all invariants hold if a refresh before expiry is rejected and one of the request bodies can be sent only
/// once.
#[test]
fn no_interleaving_with_a_last_credential_breaks_an_invariant() {
    let budget = Budget { expiries: 1, refusals: 1, time_steps: 2, ..NOTHING };
    explore("a last credential", &[Certain, Suspect, Once, Manual], budget);
}

/// B5, F5: all invariants hold with a logout and a manual call to the refresh method.
#[test]
fn no_interleaving_with_a_manual_refresh_breaks_an_invariant() {
    let budget = Budget { expiries: 1, failures: 1, logouts: 1, manual: 2, ..NOTHING };
    explore("a manual refresh", &[Certain, Suspect, Suspect, Once], budget);
}
