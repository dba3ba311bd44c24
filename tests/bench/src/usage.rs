//! What the system says that processes used.

use std::time::Duration;

use nix::sys::resource::{Resource, Usage, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeValLike;

/// The CPU time of this process until now.
pub fn of_this() -> Duration {
    cpu(UsageWho::RUSAGE_SELF)
}

/// The CPU time of all processes that this one started and that have ended, theirs included.
pub fn of_children() -> Duration {
    cpu(UsageWho::RUSAGE_CHILDREN)
}

/// Lets this process open as many files as it may be allowed.
pub fn allow_many_files() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}

fn cpu(who: UsageWho) -> Duration {
    let usage = usage(who);
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

fn usage(who: UsageWho) -> Usage {
    getrusage(who).expect("it cannot fail for these")
}
