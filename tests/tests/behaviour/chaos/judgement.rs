//! What must be true of a day of chaos, whatever happened on it.

use std::collections::HashMap;
use std::time::Duration;

use afresh::{Error, SessionEvent};
use afresh_tests::{RequestState, Role, Seen};

use super::Tally;
use super::day::{Call, Day};
use super::timeline::Standing;
use super::town::{Errand, call_of};
use super::weather::Climate;

pub struct Judge<'a> {
    pub day: &'a Day,
    pub calls: &'a [Call],
    /// What became of logins, logouts and refreshes by hand.
    pub errors: &'a [Error],
    /// The requests of each call.
    sends: HashMap<usize, Vec<Seen>>,
}

impl<'a> Judge<'a> {
    pub fn new(day: &'a Day, calls: &'a [Call], errors: &'a [Error]) -> Self {
        let mut sends: HashMap<usize, Vec<Seen>> = HashMap::new();
        for seen in day.world.stage.log() {
            sends.entry(call_of(seen.path()).expect("a call's")).or_default().push(seen);
        }
        Self { day, calls, errors, sends }
    }

    pub fn judge(&self) -> Tally {
        let mut tally = Tally { calls: self.calls.len(), ..Tally::default() };
        for call in self.calls {
            let sends = self.sends.get(&call.number).map_or(&[][..], Vec::as_slice);
            self.judge_sends(call, sends);
            match &call.result {
                None => tally.dropped += 1,
                Some(Ok(_)) => {
                    assert_eq!(status(sends.last()), Some(200), "call {}: Ok without an answer", call.number);
                    tally.answered += 1;
                }
                Some(Err(error)) => self.judge_error(call, sends, error),
            }
            tally.replayed += usize::from(sends.len() == 2);
        }
        self.judge_refreshes();
        self.judge_texts();
        let authority = &self.day.world.authority;
        Tally { posts: authority.refreshes(), granted: authority.granted(), ..tally }
    }

    /// I3, I4, I5, Q1: at most twice, the second time with a newer token of the same login of the same session.
    fn judge_sends(&self, call: &Call, sends: &[Seen]) {
        let authority = &self.day.world.authority;
        assert!(sends.len() <= 2, "I3: call {} was sent {} times", call.number, sends.len());
        let tokens: Vec<_> = sends.iter().map(Seen::token).collect();
        if call.errand == Errand::Open {
            assert!(tokens.iter().all(Option::is_none) && sends.len() <= 1, "C15: an open call is of nobody");
            return;
        }
        let tokens: Vec<_> =
            tokens.into_iter().map(|token| token.expect("K1: a token is sent along")).collect();
        for token in &tokens {
            let who = authority.credentials(token).expect("a token of this authority");
            assert_eq!(who["lane"], call.lane, "Q1: call {} went out as somebody else", call.number);
        }
        if let [first, second] = tokens[..] {
            assert!(authority.number_of(first) < authority.number_of(second), "I4: call {}", call.number);
            let whose = |token| authority.credentials(token);
            assert_eq!(whose(first), whose(second), "I5: call {} was sent under two logins", call.number);
            assert!(matches!(status(sends.first()), Some(401 | 403)), "M4: call {}", call.number);
            assert!(!matches!(call.errand, Errand::Pay | Errand::Upload), "M1, L4: call {}", call.number);
        }
    }

    fn judge_error(&self, call: &Call, sends: &[Seen], error: &Error) {
        let Call { number, errand, .. } = call;
        let reason = self.reason(call, sends, error);
        assert!(
            reason.is_some(),
            "call {number}, {errand:?}, failed without a reason: {error:?}, {sends:#?}"
        );
        let refused = matches!(status(sends.first()), Some(401 | 403));
        if refused && reason != Some("answered") && !error.is_timeout() {
            assert!(error.rejection().is_some(), "I18: call {number}, {errand:?}: {error:?}");
        }
        if self.day.climate == Climate::Fair {
            let fair = ["answered", "logged out", "somebody else", "slow", "streamed"];
            assert!(reason.is_some_and(|reason| fair.contains(&reason)), "{number}, {errand:?}: {error:?}");
        }
    }

    /// What makes this error the right one, if anything does.
    fn reason(&self, call: &Call, sends: &[Seen], error: &Error) -> Option<&'static str> {
        let timeline = &self.day.lanes[call.lane].timeline;
        let (begun, ended) = (call.begun, call.ended);
        let last = sends.last().map(Seen::state);
        let reasons = [
            (
                "answered",
                error.is_status() && error.status().map(|status| status.as_u16()) == status(sends.last()),
            ),
            ("page", error.is_decode() && status(sends.last()) == Some(200)),
            (
                "slow",
                error.is_timeout() && call.errand == Errand::Hurry && ended - begun >= Duration::from_secs(3),
            ),
            ("logged out", error.is_no_session() && timeline.stood(Standing::Out, begun, ended)),
            ("logged out", error.is_no_session() && timeline.stood(Standing::Expired, begun, ended)),
            ("expired", error.is_session_expired() && timeline.stood(Standing::Expired, begun, ended)),
            (
                "somebody else",
                error.is_superseded()
                    && timeline.told(Some(begun), ended, |event| matches!(event, SessionEvent::LoggedIn)),
            ),
            ("refresh failed", error.is_refresh() && self.has_failed(call)),
            ("given up", error.is_refresh() && error.to_string().contains("given up")),
            ("streamed", error.is_not_replayable() && call.errand == Errand::Upload),
            (
                "reset",
                last == Some(RequestState::Failed) && error.status().is_none_or(|status| status != 200),
            ),
        ];
        reasons.iter().find(|(_, holds)| *holds).map(|(reason, _)| *reason)
    }

    /// Whether a refresh of this call's session had failed by the end of the call.
    fn has_failed(&self, call: &Call) -> bool {
        let failed = |event: &SessionEvent| matches!(event, SessionEvent::RefreshFailed(_));
        self.day.lanes[call.lane].timeline.told(None, call.ended, failed)
    }

    /// G2, I8, I12, I13: no spent token, no refresh without a cause, no end without a word.
    fn judge_refreshes(&self) {
        let Day { world, lanes, climate, .. } = self.day;
        // In bad weather an exchange may be given up while it is under way, and what it brought is lost.
        if *climate == Climate::Fair {
            assert_eq!(
                world.authority.retries_after_lost_answer(),
                0,
                "tokens sent again after a lost answer: I8"
            );
        }
        let exchanges = world.authority.requests(Role::Refresh);
        let refused = exchanges.iter().filter(|seen| status(Some(seen)) == Some(400)).count();
        let expired: usize = lanes
            .iter()
            .map(|lane| lane.timeline.count(|event| matches!(event, SessionEvent::Expired)))
            .sum();
        let refreshed: usize = lanes
            .iter()
            .map(|lane| lane.timeline.count(|event| matches!(event, SessionEvent::Refreshed)))
            .sum();
        assert!(expired <= refused, "I12: {expired} sessions expired, {refused} refreshes were refused");
        assert!(refreshed <= world.authority.granted(), "I13");
        for seen in &exchanges {
            assert_eq!(seen.token(), None, "A12: the exchange carries no access token");
            assert_eq!(seen.origin(), crate::api::ORIGIN, "D9, I14");
        }
        self.judge_pace(&exchanges);
    }

    /// I1, V2: two exchanges of one secret are never under way together; nor are there more of them than causes.
    fn judge_pace(&self, exchanges: &[Seen]) {
        let sends = self.sends.values().flatten();
        let refusals = sends.filter(|seen| matches!(status(Some(seen)), Some(401 | 403))).count();
        let lifetimes = self.day.lifetime.map_or(0, |lifetime| {
            let each = self.day.lanes.len() * 240 / lifetime.as_secs().max(1) as usize;
            2 * (each + 1)
        });
        let causes = refusals + lifetimes + self.day.asked;
        let calls = self.calls.len();
        // What is granted again, because its answer was lost, has no cause of its own.
        let granted = self
            .day
            .world
            .authority
            .granted()
            .saturating_sub(self.day.world.authority.retries_after_lost_answer());
        assert!(granted <= causes, "V3: {causes} causes");
        assert!(exchanges.len() <= 4 * (causes + calls) + 4, "V2: {} exchanges", exchanges.len());
    }

    /// I16: no text that anybody could log holds a token.
    fn judge_texts(&self) {
        let canary = self.day.world.authority.canary();
        let mut texts = Vec::new();
        let failed = self.calls.iter().filter_map(|call| call.result.as_ref()?.as_ref().err());
        for error in failed.chain(self.errors) {
            texts.extend([format!("{error}"), format!("{error:?}"), format!("{error:#?}")]);
            texts.extend(error.rejection().map(|rejection| format!("{rejection:?}")));
        }
        for lane in &self.day.lanes {
            texts.extend(lane.timeline.texts());
            texts.extend([format!("{:?}", lane.session), format!("{:?}", lane.clients)]);
            texts.push(format!("{:?}", lane.session.tokens()));
        }
        for text in texts {
            assert!(!text.contains(&canary), "I16: {text}");
        }
    }
}

/// The status with which a request was answered.
fn status(seen: Option<&Seen>) -> Option<u16> {
    seen?.state().status()
}
