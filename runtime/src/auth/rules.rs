//! Defines [`Rules`], the rules that the trait and the builder declare for classifying responses.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::declaration::condition::Condition;
use crate::error::Rejection;

/// A rule that the user passes to the builder.
pub(crate) type RuleFn = Arc<dyn Fn(&Rejection) -> bool + Send + Sync>;

/// The rules for classifying a response: the conditions that the API declares, and the functions that the user passes
/// to the builder. The rules match a response if any condition holds or any function returns `true`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rules<'a> {
    pub(crate) declared: &'static [Condition],
    pub(crate) functions: &'a [RuleFn],
}

pub(crate) struct Panicked;

impl Rules<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.functions.is_empty()
    }

    pub(crate) fn hold(&self, rejection: &Rejection) -> Result<bool, Panicked> {
        if self.declared.iter().any(|condition| holds(*condition, rejection)) {
            return Ok(true);
        }
        // A rule receives only a shared reference, so a panic in the rule cannot leave runtime data in an invalid
        // state.
        catch_unwind(AssertUnwindSafe(|| self.functions.iter().any(|rule| rule(rejection))))
            .map_err(|_| Panicked)
    }
}

fn holds(condition: Condition, rejection: &Rejection) -> bool {
    match condition {
        Condition::Text(at, text) => rejection.pointer(at).is_some_and(|found| found.as_str() == Some(text)),
        Condition::Integer(at, number) => {
            rejection.pointer(at).is_some_and(|found| found.as_i64() == Some(number))
        }
        Condition::Boolean(at, truth) => {
            rejection.pointer(at).is_some_and(|found| found.as_bool() == Some(truth))
        }
    }
}
