//! The way between client and server, and what becomes of requests on it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use afresh_tests::{Answer, Authority, Double, Handling, Outcome, Role, Seen, World};
use bytes::Bytes;
use fastrand::Rng;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::time::sleep;

/// When an exchange could be given up while its answer is under way.
const LATE: Duration = Duration::from_secs(4);

/// What can happen on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Climate {
    /// Everything takes its time, and nothing is lost.
    Fair,
    /// Servers fail and refuse in all their ways, but what the authority processes it also says.
    Rough,
    /// So they do, and answers of the authority are lost; it has a grace for that.
    Lossy,
}

/// A world behind its weather. Clones share it.
#[derive(Clone)]
pub struct Weather(Arc<Inner>);

struct Inner {
    world: World,
    climate: Climate,
    dice: Mutex<Rng>,
    /// How often in a hundred something goes wrong with a request.
    faults: u8,
}

impl Weather {
    pub fn new(world: World, climate: Climate, mut dice: Rng) -> Self {
        let faults = if climate == Climate::Fair { 0 } else { [3, 15, 40][dice.usize(..3)] };
        let weather = Self(Arc::new(Inner { world, climate, dice: Mutex::new(dice), faults }));
        let (authority, script) = (weather.0.world.authority.clone(), weather.clone());
        let refused = if weather.dice().bool() { 401 } else { 403 };
        weather.0.world.stage.respond(move |seen| script.answer(&authority, seen, refused));
        weather.0.world.authority.hold_processed(Role::Refresh);
        weather
    }

    pub fn dice(&self) -> MutexGuard<'_, Rng> {
        self.0.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Most often a moment, sometimes long, and in bad weather longer than anybody waits.
    fn delay(&self) -> Duration {
        let (mut dice, climate) = (self.dice(), self.0.climate);
        let longest = match dice.u8(..20) {
            0..9 => return Duration::ZERO,
            9..18 => 300,
            18 if climate != Climate::Fair => 12_000,
            _ => 2_000,
        };
        Duration::from_millis(dice.u64(..longest))
    }

    fn goes_wrong(&self) -> bool {
        self.dice().u8(..100) < self.0.faults
    }

    /// What the API says, who is asked in `path` with which token.
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
        let mut dice = self.dice();
        match dice.u8(..10) {
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

    /// What the authority does with an exchange.
    fn handling(&self) -> Handling {
        if !self.goes_wrong() {
            return Handling::Normal;
        }
        let lossy = self.0.climate == Climate::Lossy;
        match self.dice().u8(..14) {
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
            _ if lossy => Handling::reset_after(),
            _ => Handling::reset_before(),
        }
    }

    /// Lets answers of the authority that it has written but not sent yet go, each in its time. Runs until it is aborted.
    pub async fn deliver(self) {
        loop {
            let parked = self.0.world.authority.parked(Role::Refresh).await;
            // A late answer is a lost one when the caller has gone.
            let delay = if self.0.climate == Climate::Lossy { self.delay() } else { self.short_delay() };
            tokio::spawn(async move {
                sleep(delay).await;
                parked.release();
            });
        }
    }

    fn short_delay(&self) -> Duration {
        Duration::from_millis(self.dice().u64(..500))
    }
}

impl Double for Weather {
    fn handle(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Outcome> {
        let weather = self.clone();
        async move {
            let world = &weather.0.world;
            let role = world.authority.role_of(request.uri().path());
            let mut delay = weather.delay();
            if role == Some(Role::Refresh) && weather.0.climate != Climate::Lossy && delay > LATE {
                // It arrives in good time or not at all: what is given up half-way is a lost answer.
                delay = Duration::from_hours(1);
            }
            sleep(delay).await;
            match role {
                Some(Role::Refresh) => {
                    // How its answer travels is told in `deliver`: the authority keeps books of what arrived.
                    world.authority.next(Role::Refresh, weather.handling());
                    return world.handle(request).await;
                }
                Some(role) if weather.goes_wrong() => world.authority.next(role, Handling::instead(500)),
                _ => {}
            }
            let outcome = world.handle(request).await;
            sleep(weather.short_delay()).await;
            outcome
        }
        .boxed()
    }
}
