//! Completes refreshes in the test model.

use std::sync::Arc;

use super::super::{credential_at, failed};
use super::{End, LIFETIME, Model, ModelRefresh};
use crate::session::credential::Source;
use crate::session::decisions::{Completion, RefreshResult};

impl Model {
    pub(super) fn complete(&mut self, number: usize, end: End) {
        let ModelRefresh { basis, refresh_token, .. } = self.refreshes[number];
        let wanted = self.refreshes[number].is_wanted();
        let before = self.machine.current().clone();
        assert!(
            !wanted || before.stamp == basis,
            "the session changed during a refresh that is not detached"
        );
        let result = self.result(end);
        if matches!(end, End::Refreshed | End::SameToken) {
            self.spent.push(refresh_token);
        }
        let completion = self.machine.complete(&number, result, self.now, 0.0);
        self.refreshes[number].completed = true;
        let after = self.machine.current().stamp;
        match completion {
            Completion::Discarded => {
                assert!(
                    !wanted && Arc::ptr_eq(&before, self.machine.current()),
                    "I5: a result of another epoch is discarded"
                );
            }
            Completion::Published => {
                assert!(wanted && matches!(end, End::Refreshed | End::SameToken), "I5");
                assert_eq!(
                    after.generation,
                    before.stamp.generation + 1,
                    "I13: one generation for each refresh"
                );
                assert!(
                    self.machine.failure(self.now).is_none(),
                    "I9: a failure is remembered after a new token"
                );
                self.good = if end == End::SameToken && self.good == 0 { 0 } else { after.generation };
                self.refresh_token += 1;
            }
            Completion::Failed => {
                assert!(wanted && end != End::Refreshed && after == before.stamp, "I9");
                // The session keeps the rotated refresh token, even if the refresh returned the current access token
                // again.
                self.refresh_token += u64::from(end == End::SameToken);
            }
            Completion::Expired => {
                assert!(wanted && end == End::Refused, "I12");
                self.end();
            }
        }
    }

    fn result(&mut self, end: End) -> RefreshResult {
        let budget = &mut self.budget;
        let refreshed = |credential| RefreshResult::Refreshed { credential, cookies: None };
        match end {
            End::Refreshed => refreshed(credential_at(Source::Refreshed, self.now, LIFETIME)),
            End::SameToken => {
                budget.same_tokens -= 1;
                let old = self.machine.current().credential().cloned();
                refreshed(old.unwrap_or_else(|| credential_at(Source::Refreshed, self.now, LIFETIME)))
            }
            End::Failed => {
                budget.failures -= 1;
                failed()
            }
            End::Refused => {
                budget.refusals -= 1;
                RefreshResult::Rejected { rotation_lost: false }
            }
            End::Aborted => {
                budget.aborts -= 1;
                RefreshResult::Aborted
            }
        }
    }

    pub(super) fn manual_refresh(&mut self) {
        self.budget.manual -= 1;
        let current = self.machine.current();
        let Some(begun) = self.manual.take() else {
            self.manual = Some(current.stamp);
            return;
        };
        let wanted = begun == current.stamp && current.credential().is_some();
        let credential = credential_at(Source::Refreshed, self.now, LIFETIME);
        let completion = self.machine.set_refreshed(begun, credential, None, self.now).0;
        assert_eq!(completion, if wanted { Completion::Published } else { Completion::Discarded }, "I5");
        if wanted {
            self.detach();
            self.good = self.machine.current().stamp.generation;
            self.refresh_token += 1;
        }
    }
}
