//! A refresh: its span, and how it ended; and the news of the session, which are told beside the events that
//! a program can wait for.

use std::future::Future;

use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info, info_span, warn};

use super::TARGET;
use super::open_span::fail;
use super::told::{Told, name_of};
use crate::error::Error;
use crate::session::{Cause, Finding, Landed, SessionEvent};

/// The span of a refresh. It has no parent, as it belongs to no caller; it follows from who set it off.
pub(crate) fn flight<F: Future>(cause: Cause, flight: F) -> impl Future<Output = F::Output> {
    let cause = match cause {
        Cause::Clock => "outlived",
        Cause::Margin => "ahead_of_time",
        Cause::Hand => "asked_for",
        Cause::Refused(Finding::Expired) => "refused",
        Cause::Refused(Finding::Suspect) => "suspected",
    };
    let span = info_span!(
        target: TARGET,
        parent: None,
        "afresh.refresh",
        otel.kind = "internal",
        otel.status_code = Empty,
        afresh.cause = cause,
        afresh.outcome = Empty,
        error.type = Empty,
    );
    span.follows_from(Span::current());
    flight.instrument(span)
}

/// How the refresh whose span this is ended.
pub(crate) fn landed(landed: Landed, failure: Option<&Error>) {
    let span = Span::current();
    let outcome = match landed {
        Landed::Published => "refreshed",
        Landed::Failed => "failed",
        Landed::Expired => "expired",
        Landed::Discarded => "discarded",
    };
    span.record("afresh.outcome", outcome);
    if let (Landed::Failed | Landed::Expired, Some(error)) = (landed, failure) {
        fail(&span, name_of(error.kind()));
    }
    if landed == Landed::Discarded {
        debug!(target: TARGET, "the session has become another one: the refresh is discarded");
    }
}

/// What happens to a session.
pub(crate) fn happened(event: &SessionEvent) {
    match event {
        SessionEvent::LoggedIn => info!(target: TARGET, "logged in"),
        SessionEvent::Refreshed => info!(target: TARGET, "the session is refreshed"),
        SessionEvent::RefreshFailed(error) => {
            warn!(target: TARGET, { error.type = name_of(error.kind()) }, "{}", Told(error));
        }
        SessionEvent::Expired => warn!(target: TARGET, "the session has expired"),
        SessionEvent::Adopted => info!(target: TARGET, "the session is taken from the store"),
        SessionEvent::StoreFailed(error) => {
            warn!(target: TARGET, { error.type = name_of(error.kind()) }, "{}", Told(error));
        }
        SessionEvent::Uncoordinated => warn!(target: TARGET, "the store has no locks"),
        SessionEvent::GrantShared => {
            warn!(target: TARGET, "the session was copied from another store, which may refresh it as well");
        }
        SessionEvent::LoggedOut => info!(target: TARGET, "logged out"),
        SessionEvent::RuleFailed(method) => {
            warn!(target: TARGET, { afresh.method = method }, "a rule that judges answers panicked");
        }
        SessionEvent::NotRevoked(error) => {
            warn!(target: TARGET, { error.type = name_of(error.kind()) }, "tokens are not revoked: {}", Told(error));
        }
    }
}
