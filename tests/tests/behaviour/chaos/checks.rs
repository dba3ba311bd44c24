//! Checks the invariants that every random run must satisfy.

use std::collections::HashMap;
use std::time::Duration;

use afresh::{Error, SessionEvent};
use afresh_tests::{RequestState, Role, Seen};

use super::Counts;
use super::api::{CallKind, call_of};
use super::faults::FaultLevel;
use super::run::{Call, Run};
use super::timeline::LoginState;

pub struct Checks<'a> {
    pub run: &'a Run,
    pub calls: &'a [Call],
    /// The errors returned by logins, logouts and manual refreshes.
    pub errors: &'a [Error],
    sends: HashMap<usize, Vec<Seen>>,
}

impl<'a> Checks<'a> {
    pub fn new(run: &'a Run, calls: &'a [Call], errors: &'a [Error]) -> Self {
        let mut sends: HashMap<usize, Vec<Seen>> = HashMap::new();
        for seen in run.world.stage.log() {
            sends.entry(call_of(seen.path()).expect("the path of a call")).or_default().push(seen);
        }
        Self { run, calls, errors, sends }
    }

    pub fn check(&self) -> Counts {
        let mut counts = Counts { calls: self.calls.len(), ..Counts::default() };
        for call in self.calls {
            let sends = self.sends.get(&call.number).map_or(&[][..], Vec::as_slice);
            self.check_sends(call, sends);
            match &call.result {
                None => counts.dropped += 1,
                Some(Ok(_)) => {
                    assert_eq!(status(sends.last()), Some(200), "call {}: Ok without an answer", call.number);
                    counts.answered += 1;
                }
                Some(Err(error)) => self.check_error(call, sends, error),
            }
            counts.replayed += usize::from(sends.len() == 2);
        }
        self.check_refreshes();
        self.check_texts();
        let authority = &self.run.world.authority;
        Counts { refreshes: authority.refreshes(), granted: authority.granted(), ..counts }
    }

    /// I3, I4, I5, Q1: a call is sent at most twice, and the second request has a newer token from the same login.
    fn check_sends(&self, call: &Call, sends: &[Seen]) {
        let authority = &self.run.world.authority;
        assert!(sends.len() <= 2, "I3: call {} was sent {} times", call.number, sends.len());
        let tokens: Vec<_> = sends.iter().map(Seen::token).collect();
        if call.kind == CallKind::Open {
            assert!(
                tokens.iter().all(Option::is_none) && sends.len() <= 1,
                "C15: a public call carries no token"
            );
            return;
        }
        let tokens: Vec<_> =
            tokens.into_iter().map(|token| token.expect("K1: the call carries a token")).collect();
        for token in &tokens {
            let who = authority.credentials(token).expect("a token of this authority");
            assert_eq!(who["session"], call.session, "Q1: call {} was sent as another user", call.number);
        }
        if let [first, second] = tokens[..] {
            assert!(authority.number_of(first) < authority.number_of(second), "I4: call {}", call.number);
            let whose = |token| authority.credentials(token);
            assert_eq!(whose(first), whose(second), "I5: call {} was sent under two logins", call.number);
            assert!(matches!(status(sends.first()), Some(401 | 403)), "M4: call {}", call.number);
            assert!(!matches!(call.kind, CallKind::Pay | CallKind::Upload), "M1, L4: call {}", call.number);
        }
    }

    fn check_error(&self, call: &Call, sends: &[Seen], error: &Error) {
        let Call { number, kind, .. } = call;
        let reason = self.reason(call, sends, error);
        assert!(reason.is_some(), "call {number}, {kind:?}, failed without a reason: {error:?}, {sends:#?}");
        let refused = matches!(status(sends.first()), Some(401 | 403));
        if refused && reason != Some("answered") && !error.is_timeout() {
            assert!(error.rejection().is_some(), "I18: call {number}, {kind:?}: {error:?}");
        }
        if self.run.level == FaultLevel::DelaysOnly {
            let expected = ["answered", "logged out", "another user", "slow", "streamed"];
            assert!(reason.is_some_and(|reason| expected.contains(&reason)), "{number}, {kind:?}: {error:?}");
        }
    }

    /// Returns the reason why `call` is allowed to fail with `error`, or `None` if `call` must not fail with `error`.
    fn reason(&self, call: &Call, sends: &[Seen], error: &Error) -> Option<&'static str> {
        let timeline = &self.run.sessions[call.session].timeline;
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
                error.is_timeout() && call.kind == CallKind::Hurry && ended - begun >= Duration::from_secs(3),
            ),
            ("logged out", error.is_no_session() && timeline.was(LoginState::LoggedOut, begun, ended)),
            ("logged out", error.is_no_session() && timeline.was(LoginState::Expired, begun, ended)),
            ("expired", error.is_session_expired() && timeline.was(LoginState::Expired, begun, ended)),
            (
                "another user",
                error.is_superseded()
                    && timeline.happened(Some(begun), ended, |event| matches!(event, SessionEvent::LoggedIn)),
            ),
            ("refresh failed", error.is_refresh() && self.has_failed(call)),
            ("given up", error.is_refresh() && error.to_string().contains("given up")),
            ("streamed", error.is_not_replayable() && call.kind == CallKind::Upload),
            (
                "reset",
                last == Some(RequestState::Failed) && error.status().is_none_or(|status| status != 200),
            ),
        ];
        reasons.iter().find(|(_, holds)| *holds).map(|(reason, _)| *reason)
    }

    /// Returns whether a refresh of the call's session failed before the call ended.
    fn has_failed(&self, call: &Call) -> bool {
        let failed = |event: &SessionEvent| matches!(event, SessionEvent::RefreshFailed(_));
        self.run.sessions[call.session].timeline.happened(None, call.ended, failed)
    }

    /// G2, I8, I12, I13: the number of expired sessions is at most the number of refused refreshes. The number of
    /// `Refreshed` events is at most the number of granted refreshes. The fake server itself checks that no
    /// refresh token is reused.
    fn check_refreshes(&self) {
        let Run { world, sessions, level, .. } = self.run;
        // If the network has faults, a refresh can be abandoned while its response is in transit, so that the new
        // tokens are lost.
        if *level == FaultLevel::DelaysOnly {
            assert_eq!(
                world.authority.retries_after_lost_answer(),
                0,
                "I8: tokens sent again after a lost answer"
            );
        }
        let exchanges = world.authority.requests(Role::Refresh);
        let refused = exchanges.iter().filter(|seen| status(Some(seen)) == Some(400)).count();
        let expired: usize = sessions
            .iter()
            .map(|session| session.timeline.count(|event| matches!(event, SessionEvent::Expired)))
            .sum();
        let refreshed: usize = sessions
            .iter()
            .map(|session| session.timeline.count(|event| matches!(event, SessionEvent::Refreshed)))
            .sum();
        assert!(expired <= refused, "I12: {expired} sessions expired, {refused} refreshes were refused");
        assert!(refreshed <= world.authority.granted(), "I13");
        for seen in &exchanges {
            assert_eq!(seen.token(), None, "A12: the token request carries no access token");
            assert_eq!(seen.origin(), crate::api::ORIGIN, "D9, I14");
        }
        self.check_pace(&exchanges);
    }

    /// I1, V2: the number of refreshes is limited by the number of events that can cause a refresh.
    fn check_pace(&self, exchanges: &[Seen]) {
        let sends = self.sends.values().flatten();
        let refusals = sends.filter(|seen| matches!(status(Some(seen)), Some(401 | 403))).count();
        let lifetimes = self.run.lifetime.map_or(0, |lifetime| {
            let each = self.run.sessions.len() * 240 / lifetime.as_secs().max(1) as usize;
            2 * (each + 1)
        });
        let causes = refusals + lifetimes + self.run.asked;
        let calls = self.calls.len();
        // `granted` does not count refreshes that only repeat a refresh whose response was lost.
        let granted = self
            .run
            .world
            .authority
            .granted()
            .saturating_sub(self.run.world.authority.retries_after_lost_answer());
        assert!(granted <= causes, "V3: {causes} causes");
        assert!(exchanges.len() <= 4 * (causes + calls) + 4, "V2: {} exchanges", exchanges.len());
    }

    /// I16: no string that can be logged contains a token.
    fn check_texts(&self) {
        let canary = self.run.world.authority.canary();
        let mut texts = Vec::new();
        let failed = self.calls.iter().filter_map(|call| call.result.as_ref()?.as_ref().err());
        for error in failed.chain(self.errors) {
            texts.extend([format!("{error}"), format!("{error:?}"), format!("{error:#?}")]);
            texts.extend(error.rejection().map(|rejection| format!("{rejection:?}")));
        }
        for session in &self.run.sessions {
            texts.extend(session.timeline.texts());
            texts.extend([format!("{:?}", session.session), format!("{:?}", session.clients)]);
            texts.push(format!("{:?}", session.session.tokens()));
        }
        for text in texts {
            assert!(!text.contains(&canary), "I16: {text}");
        }
    }
}

fn status(seen: Option<&Seen>) -> Option<u16> {
    seen?.state().status()
}
