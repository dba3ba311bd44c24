//! The events that the server has recorded. Every number that the quickstart prints comes from this timeline.

use std::fmt;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    LoggedIn,
    Sent,
    Refused,
    Refreshed,
    SentAgain,
    Answered,
    SpentCookie,
    LoggedOut,
}

/// One event: its kind, the time since the server started, and the number of the access token that was sent or issued.
/// Access tokens are numbered from 1.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    pub kind: Kind,
    pub at: Duration,
    pub token: Option<usize>,
}

/// All events in order. The `Display` output combines all events of the same kind and token into one line.
#[derive(Clone, Debug)]
pub struct Timeline {
    start: Instant,
    pub events: Vec<Event>,
}

impl Timeline {
    pub fn new() -> Self {
        Self { start: Instant::now(), events: Vec::new() }
    }

    pub fn record(&mut self, kind: Kind, token: Option<usize>) {
        self.events.push(Event { kind, at: self.start.elapsed(), token });
    }

    pub fn count(&self, kind: Kind) -> usize {
        self.events.iter().filter(|event| event.kind == kind).count()
    }

    pub fn since(mut self, earlier: &Self) -> Self {
        self.events.drain(..earlier.events.len());
        self
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<(Event, usize, Duration)> = Vec::new();
        for event in &self.events {
            match lines.iter_mut().find(|(first, ..)| (first.kind, first.token) == (event.kind, event.token))
            {
                Some((_, count, last)) => (*count, *last) = (*count + 1, event.at),
                None => lines.push((*event, 1, event.at)),
            }
        }
        for (first, count, last) in lines {
            let what = match first.kind {
                Kind::LoggedIn => "logged in",
                Kind::Sent => "sent",
                Kind::Refused => "refused: 403",
                Kind::Refreshed => "refreshed",
                Kind::SentAgain => "sent again",
                Kind::Answered => "answered",
                Kind::SpentCookie => "spent cookie",
                Kind::LoggedOut => "logged out",
            };
            let (from, to) = (first.at.as_millis(), last.as_millis());
            let token = first.token.map(|token| format!("  token {token}")).unwrap_or_default();
            writeln!(f, "  {from:>5} - {to:<5} ms   {count:>3} x {what:<12}{token}")?;
        }
        Ok(())
    }
}
