//! What differs between operating systems and runtimes: tasks, clocks, deadlines. Start with `clock`.

#[cfg(feature = "blocking")]
pub(crate) mod background;
pub(crate) mod clock;
pub(crate) mod deadline;
pub(crate) mod task;
pub(crate) mod watchdog;
