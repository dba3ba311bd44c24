//! Reads the resource usage of processes from the operating system.

use std::sync::OnceLock;
use std::time::Duration;

use nix::libc::mallinfo2;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{Resource, Usage, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeValLike;
use nix::time::ClockId;
use nix::unistd::Pid;

pub fn of_this() -> Duration {
    cpu(UsageWho::RUSAGE_SELF)
}

/// Returns the CPU time of all child processes that have exited, including their own child processes.
pub fn of_children() -> Duration {
    cpu(UsageWho::RUSAGE_CHILDREN)
}

pub fn of_this_thread() -> Duration {
    ClockId::CLOCK_THREAD_CPUTIME_ID.now().expect("the clock of a thread can always be read").into()
}

pub fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    // The number of cores is cached, because a thread that is pinned to one core would see only one core.
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Pins this thread to one core, and assigns threads to cores in round-robin order. Does nothing if the system does not
/// allow threads to be pinned.
pub fn keep_on_core(thread: usize) {
    let mut one = CpuSet::new();
    let _ = one.set(thread % cores()).and_then(|()| sched_setaffinity(Pid::from_raw(0), &one));
}

/// Returns the bytes that this process has allocated and not freed, including the allocator's overhead.
pub fn held() -> usize {
    // SAFETY: the function takes no argument and reads only the allocator's statistics.
    let info = unsafe { mallinfo2() };
    info.uordblks + info.hblkhd
}

/// Raises the open-file limit to the maximum.
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
    getrusage(who).expect("the usage of this process can always be read")
}
