//! Every interleaving of a few callers, their flights, an expiry, a failure, a login, a logout and a refresh by hand.

use std::collections::{HashSet, VecDeque};

use super::model::{Budget, Caller, Model, NOTHING, Step};

/// Takes every way there is, and gives the number of different moments on them.
fn explore(callers: usize, left: Budget) -> usize {
    let play = |path: &[Step]| {
        let mut model = Model::new(callers, left);
        for step in path {
            model.take(*step);
        }
        model
    };
    let mut seen = HashSet::new();
    let mut open = VecDeque::from([Vec::new()]);
    while let Some(path) = open.pop_front() {
        let model = play(&path);
        let steps = model.steps();
        let over = model.callers.iter().all(|caller| *caller == Caller::Done);
        assert!(over || !steps.is_empty(), "I7: somebody waits for ever");
        for step in steps {
            let mut next = path.clone();
            next.push(step);
            if seen.insert(play(&next).key()) {
                open.push_back(next);
            }
        }
    }
    seen.len()
}

/// B5, F5, J3, J4: I1, I2, I4, I5, I7 and I9 hold in every interleaving of three callers and a login.
#[test]
fn no_interleaving_of_three_callers_breaks_an_invariant() {
    let moments = explore(3, Budget { expiries: 1, failures: 1, logins: 1, ..NOTHING });
    assert!(moments > 1_000, "only {moments}");
}

/// B5, F5, J1: the same of two callers with a login and a logout.
#[test]
fn no_interleaving_with_a_logout_breaks_an_invariant() {
    let moments = explore(2, Budget { expiries: 1, failures: 1, logins: 1, logouts: 1, ..NOTHING });
    assert!(moments > 1_000, "only {moments}");
}

/// B5, F5: the same of two callers with somebody who refreshes by hand.
#[test]
fn no_interleaving_with_a_refresh_by_hand_breaks_an_invariant() {
    let moments = explore(2, Budget { expiries: 1, logins: 1, by_hand: 2, ..NOTHING });
    assert!(moments > 1_000, "only {moments}");
}
