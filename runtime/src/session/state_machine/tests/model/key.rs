//! Hashes the state of the test model. The exploration stores millions of states as hashes to save memory.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Kind, Model, Place};
use crate::error::Stamp;

impl Model {
    /// Hashes the state. Each counter is hashed as its difference from the current stamp. The order of callers of the
    /// same kind does not affect the hash. Only refreshes that are not complete are hashed.
    pub(in super::super) fn key(&self) -> u64 {
        let mut key = DefaultHasher::new();
        let current = self.machine.current();
        let relative =
            |stamp: Stamp| (current.stamp.epoch - stamp.epoch, current.stamp.generation - stamp.generation);
        let mut callers = [(Kind::Manual, 0_u8, (0, 0), (0, 0)); 4];
        for (known, (kind, place)) in callers.iter_mut().zip(&self.callers) {
            *known = match *place {
                Place::Fresh => (*kind, 1, (0, 0), (0, 0)),
                Place::Sent { stamp, first: None } => (*kind, 2, relative(stamp), (0, 0)),
                Place::Sent { stamp, first: Some(first) } => (*kind, 3, relative(stamp), relative(first)),
                Place::Waiting { refresh, stamp, how } => {
                    let wanted = u64::from(self.refreshes[refresh].is_wanted());
                    (*kind, 4, relative(stamp), (wanted, how as u64))
                }
                Place::Done => (*kind, 5, (0, 0), (0, 0)),
            };
        }
        callers.sort_unstable();
        callers.hash(&mut key);
        let good = if self.good == 0 { None } else { Some(current.stamp.generation - self.good) };
        (current.stamp.generation - current.token_since).hash(&mut key);
        (good, self.now - self.begun.ticks, self.manual.map(relative), self.budget, self.ends).hash(&mut key);
        for refresh in self.refreshes.iter().filter(|refresh| !refresh.completed) {
            (refresh.detached, self.refresh_token - refresh.refresh_token).hash(&mut key);
        }
        self.machine.hash_into(&mut key, self.begun.ticks);
        key.finish()
    }
}
