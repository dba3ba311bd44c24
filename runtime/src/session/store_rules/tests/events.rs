//! Defines the events that can happen to a process at any moment.

use super::world::{Budget, CURRENT, FRESH, Step, World, new_process};
use crate::session::store_rules::Here;

impl World {
    pub(super) fn user_acts(&self, at: usize, next: &mut Vec<Self>) {
        for logs_in in [true, false] {
            let mut world = self.clone();
            let left = if logs_in { &mut world.budget.logins } else { &mut world.budget.logouts };
            let Some(less) = left.checked_sub(1) else { continue };
            *left = less;
            let process = &mut world.processes[at];
            process.epoch += 1;
            process.here = if logs_in { Here::LoggedIn } else { Here::LoggedOut };
            process.token = logs_in.then_some(FRESH);
            process.detached = process.step != Step::Idle;
            process.view.changed();
            next.push(world);
        }
    }

    /// The operating system releases the lock of the killed process.
    pub(super) fn killed(&self, at: usize, next: &mut Vec<Self>) {
        let Some(kills) = self.budget.kills.checked_sub(1) else { return };
        let mut world = Self { budget: Budget { kills, ..self.budget }, ..self.clone() };
        let process = &self.processes[at];
        // The killed process loses the result of its refresh and all changes that are not stored.
        world.result_lost |= process.view.has_unwritten() || matches!(process.step, Step::Answered { .. });
        world.processes[at] = new_process(process.name + 2);
        world.lock = world.lock.filter(|holder| *holder != at);
        next.push(world);
    }

    /// The refresh stalls and is dropped. If the refresh had already received a response, the result is lost.
    pub(super) fn stalls(&self, at: usize, next: &mut Vec<Self>) {
        let Some(kills) = self.budget.kills.checked_sub(1) else { return };
        if self.processes[at].step == Step::Idle {
            return;
        }
        let mut world = Self { budget: Budget { kills, ..self.budget }, ..self.clone() };
        world.result_lost |= matches!(self.processes[at].step, Step::Answered { .. });
        world.refresh_ends(at);
        next.push(world);
    }

    /// The process reads the store because the store has reported a change or a call needs the session.
    pub(super) fn reads(&self, at: usize, next: &mut Vec<Self>) {
        if self.budget.fine
            && self.processes[at].writing.is_none()
            && self.processes[at].view.revision != Some(CURRENT)
        {
            let mut world = self.clone();
            world.adopt(at);
            next.push(world);
        }
    }

    /// The process releases its lock, because its attempts to store a login or logout have failed too many times.
    pub(super) fn releases(&self, at: usize, next: &mut Vec<Self>) {
        let Some(releases) = self.budget.releases.checked_sub(1) else { return };
        let mut world = Self { budget: Budget { releases, ..self.budget }, ..self.clone() };
        let process = &mut world.processes[at];
        let is_confirmed = process.view.in_epoch(process.epoch, || FRESH).stored_as.is_confirmed();
        if self.lock == Some(at) && process.step == Step::Idle && !is_confirmed {
            world.lock = None;
            world.result_lost = true;
            next.push(world);
        }
    }
}
