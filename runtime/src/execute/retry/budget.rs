//! [`RetryBudget`] limits retries to a percentage of the calls, so that retries do not amplify an outage.
//!
//! `RetryBudget` is used instead of `tower`'s retry budget, which takes a lock and reads the clock for each call. The
//! reserve of `tower`'s budget is a rate rather than a number of retries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The amount that one retry subtracts from the budget's balance. Each call adds the configured percentage to the
/// budget's balance.
const RETRY: u64 = 100;
/// The maximum number of unused retries that the budget accumulates, unless the reserve is larger.
const SAVED: u64 = 100;

/// Limits a client's retries to a percentage of its calls, plus a reserve.
///
/// All clones of a client share one retry budget. When the budget is exhausted, a failed call returns its last result
/// instead of being retried.
///
/// ```
/// use afresh::{Client, Retry, RetryBudget};
///
/// let retry = Retry::default().budget(RetryBudget::percent(20).reserve(5));
/// let client = Client::builder("https://shop.example").retry(retry).build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RetryBudget {
    percent: u64,
    reserve: u64,
    /// The current balance, or `None` if retries are unlimited.
    balance: Option<Arc<AtomicU64>>,
}

impl RetryBudget {
    /// Allows `percent` retries per 100 calls, in addition to a reserve of 10 retries.
    #[must_use]
    pub fn percent(percent: u32) -> Self {
        Self { percent: percent.into(), reserve: 0, balance: None }.reserve(10)
    }

    /// Sets the reserve, which is the number of retries that are allowed in addition to the percentage of the calls.
    /// The reserve is granted once and is not refilled.
    #[must_use]
    pub fn reserve(self, retries: u32) -> Self {
        let reserve = u64::from(retries);
        Self { reserve, balance: Some(Arc::new(AtomicU64::new(reserve * RETRY))), ..self }
    }

    /// Allows an unlimited number of retries.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { percent: 0, reserve: 0, balance: None }
    }

    /// Increases the balance at the start of a call, because each call earns a fraction of a retry.
    pub(crate) fn deposit(&self) {
        let Some(balance) = &self.balance else { return };
        let most = self.reserve.max(SAVED).saturating_mul(RETRY);
        let add = |now: u64| Some(now.saturating_add(self.percent).min(most)).filter(|next| *next != now);
        let _ = balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Subtracts the cost of a retry, or returns `false` if the balance is too low.
    pub(crate) fn withdraw(&self) -> bool {
        let Some(balance) = &self.balance else { return true };
        balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| now.checked_sub(RETRY)).is_ok()
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::percent(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn withdrawn(budget: &RetryBudget) -> usize {
        (0..10_000).take_while(|_| budget.withdraw()).count()
    }

    #[test]
    fn retries_are_a_share_of_the_calls_beside_the_reserve() {
        let budget = RetryBudget::percent(10).reserve(5);
        assert_eq!(withdrawn(&budget), 5);
        (0..200).for_each(|_| budget.deposit());
        assert_eq!(withdrawn(&budget), 20);
        assert_eq!(withdrawn(&budget), 0);
    }

    #[test]
    fn a_long_time_without_faults_saves_a_bounded_number_of_retries() {
        let budget = RetryBudget::percent(10).reserve(5);
        (0..100_000).for_each(|_| budget.deposit());
        assert_eq!(withdrawn(&budget), 100);
        let large = RetryBudget::percent(10).reserve(500);
        large.deposit();
        assert_eq!(withdrawn(&large), 500);
        (0..100_000).for_each(|_| large.deposit());
        assert_eq!(
            withdrawn(&large),
            500,
            "a reserve of more than 100 retries is also the maximum number of saved retries"
        );
    }

    #[test]
    fn clones_share_a_budget_and_an_unlimited_one_allows_all() {
        let budget = RetryBudget::percent(0).reserve(3);
        assert_eq!((withdrawn(&budget.clone()), withdrawn(&budget)), (3, 0), "clones share one budget");
        assert_eq!(withdrawn(&RetryBudget::unlimited()), 10_000);
        assert_eq!(withdrawn(&RetryBudget::default()), 10);
    }
}
