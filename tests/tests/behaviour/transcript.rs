//! Collects the strings that the runtime produces in a test, to check that none of them contains a secret.

use std::fmt::Debug;

use afresh::{Result, SessionEvent};

/// All strings that the runtime produced in a test.
#[derive(Default)]
pub struct Transcript(pub String);

impl Transcript {
    pub fn debug(&mut self, value: impl Debug) {
        self.0 += &format!("{value:?}\n{value:#?}\n");
    }

    pub fn fault(&mut self, error: &impl std::error::Error) {
        self.0 += &format!("{error}\n");
        self.debug(error);
        let mut cause = error.source();
        while let Some(error) = cause {
            self.0 += &format!("{error}\n{error:?}\n{error:#?}\n");
            cause = error.source();
        }
    }

    /// Adds the strings from every part of a call's result.
    pub fn outcome<T: Debug>(&mut self, result: Result<T>) {
        match result {
            Ok(value) => self.debug(value),
            Err(error) => {
                self.fault(&error);
                self.debug(error.rejection());
                self.debug((error.method(), error.status()));
            }
        }
    }

    pub fn event(&mut self, event: &SessionEvent) {
        self.debug(event);
        if let SessionEvent::RefreshFailed(error) = event {
            self.fault(error);
        }
    }

    #[track_caller]
    pub fn assert_silent_about(&self, secret: &str) {
        let leak = self.0.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "{secret} is a secret");
    }
}
