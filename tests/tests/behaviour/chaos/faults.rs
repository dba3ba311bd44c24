//! A simulated network between client and server that randomly delays or loses requests and responses, or makes them
//! fail.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use afresh_tests::{Answer, Authority, Double, Handling, Outcome, Role, Seen, World};
use bytes::Bytes;
use fastrand::Rng;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::time::sleep;

/// The maximum delay of a refresh request. If a refresh request were delayed by more than four seconds, the client
/// could abandon the refresh while the response is in transit.
const LATE: Duration = Duration::from_secs(4);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultLevel {
    /// The network delays requests and responses but loses none of them.
    DelaysOnly,
    /// The server returns errors of every kind, but every refresh that it processes gets a response.
    Errors,
    /// The server returns errors, and responses to refreshes are lost. The server accepts a used refresh token during a
    /// grace period.
    LostAnswers,
}

/// A fake server behind an unreliable network. Clones share one network.
#[derive(Clone)]
pub struct FaultyNetwork(Arc<Inner>);

struct Inner {
    world: World,
    level: FaultLevel,
    random: Mutex<Rng>,
    /// The percentage of requests that fail.
    faults: u8,
}

impl FaultyNetwork {
    pub fn new(world: World, level: FaultLevel, mut random: Rng) -> Self {
        let faults = if level == FaultLevel::DelaysOnly { 0 } else { [3, 15, 40][random.usize(..3)] };
        let network = Self(Arc::new(Inner { world, level, random: Mutex::new(random), faults }));
        let (authority, script) = (network.0.world.authority.clone(), network.clone());
        let refused = if network.random().bool() { 401 } else { 403 };
        network.0.world.stage.respond(move |seen| script.answer(&authority, seen, refused));
        network.0.world.authority.hold_processed(Role::Refresh);
        network
    }

    pub fn random(&self) -> MutexGuard<'_, Rng> {
        self.0.random.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a random delay, which is usually short but can be longer than a call's timeout if the network has
    /// faults.
    fn delay(&self) -> Duration {
        let (mut random, level) = (self.random(), self.0.level);
        let longest = match random.u8(..20) {
            0..9 => return Duration::ZERO,
            9..18 => 300,
            18 if level != FaultLevel::DelaysOnly => 12_000,
            _ => 2_000,
        };
        Duration::from_millis(random.u64(..longest))
    }

    fn goes_wrong(&self) -> bool {
        self.random().u8(..100) < self.0.faults
    }

    fn answer(&self, authority: &Authority, seen: &Seen, refused: u16) -> Answer {
        if self.goes_wrong() {
            return self.fault();
        }
        let open = seen.path().starts_with("/open/");
        if !open && !seen.token().is_some_and(|token| authority.accepts(token)) {
            return Answer::json(refused, json!({ "error": "refused" }));
        }
        if seen.path().starts_with("/forbidden/") {
            return Answer::new(403);
        }
        Answer::json(200, json!({}))
    }

    fn fault(&self) -> Answer {
        let mut random = self.random();
        match random.u8(..10) {
            0 => Answer::new(500),
            1 => Answer::new(503).header("retry-after", "2"),
            2 => Answer::new(429).header("retry-after", "1"),
            3 => Answer::new(401),
            4 => Answer::new(403),
            5 => Answer::html(403, "<html>blocked</html>"),
            6 => Answer::new(403).header("www-authenticate", r#"Bearer error="insufficient_scope""#),
            7 => Answer::html(200, "<html>maintenance</html>"),
            _ => Answer::reset(),
        }
    }

    fn handling(&self) -> Handling {
        if !self.goes_wrong() {
            return Handling::Normal;
        }
        let loses_answers = self.0.level == FaultLevel::LostAnswers;
        match self.random().u8(..14) {
            0 => Handling::instead(500),
            1 => Handling::instead(503),
            2 => Handling::retry_after(429, "3"),
            3 => Handling::instead(Answer::html(200, "<html>portal</html>")),
            4 => Handling::instead(Answer::html(403, "<html>blocked</html>")),
            5 => Handling::instead(Answer::json(200, json!({ "access_token": "" }))),
            6 => Handling::instead(Answer::json(200, json!({ "access_token": 7, "refresh_token": "x" }))),
            7 => Handling::instead(Answer::redirect("https://elsewhere.test/token")),
            8 => Handling::instead(Answer::json(400, json!({ "error": "temporarily_unavailable" }))),
            9 => Handling::instead(Answer::hang()),
            _ if loses_answers => Handling::reset_after(),
            _ => Handling::reset_before(),
        }
    }

    /// Releases each refresh response that the authorization server holds, after a delay. Runs until its task is
    /// aborted.
    pub async fn deliver(self) {
        loop {
            let parked = self.0.world.authority.parked(Role::Refresh).await;
            // If the client has already abandoned the refresh, a late response is lost.
            let delay =
                if self.0.level == FaultLevel::LostAnswers { self.delay() } else { self.short_delay() };
            tokio::spawn(async move {
                sleep(delay).await;
                parked.release();
            });
        }
    }

    fn short_delay(&self) -> Duration {
        Duration::from_millis(self.random().u64(..500))
    }
}

impl Double for FaultyNetwork {
    fn handle(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Outcome> {
        let network = self.clone();
        async move {
            let world = &network.0.world;
            let role = world.authority.role_of(request.uri().path());
            let mut delay = network.delay();
            if role == Some(Role::Refresh) && network.0.level != FaultLevel::LostAnswers && delay > LATE {
                // The refresh request must either arrive before the client abandons the refresh or never arrive;
                // otherwise, the refresh response would be lost.
                delay = Duration::from_hours(1);
            }
            sleep(delay).await;
            match role {
                Some(Role::Refresh) => {
                    // `deliver` delays the response to a refresh, so this function does not add a delay after the
                    // request.
                    world.authority.next(Role::Refresh, network.handling());
                    return world.handle(request).await;
                }
                Some(role) if network.goes_wrong() => world.authority.next(role, Handling::instead(500)),
                _ => {}
            }
            let outcome = world.handle(request).await;
            sleep(network.short_delay()).await;
            outcome
        }
        .boxed()
    }
}
