//! Defines the measurements of the benchmark. Each measurement writes one section of the results page.

mod blocking;
mod calls;
mod compile;
mod crowd;
mod dependencies;
mod kinds;
mod large;
mod outage;
mod sessions;
mod storm;
mod streams;
mod threads;
mod throughput;
mod users;

use crate::section::Section;

pub type Measurement = (&'static str, fn() -> Section);

/// The measurements whose results are the same in every run.
pub const COUNTS: [Measurement; 4] = [
    ("calls", calls::measure),
    ("sessions", sessions::measure),
    ("kinds", kinds::measure),
    ("streams", streams::measure),
];

/// All measurements, in the order in which they appear on the results page.
pub const ALL: [Measurement; 14] = [
    COUNTS[0],
    ("defaults", calls::measure_over_defaults),
    COUNTS[1],
    ("threads", threads::measure),
    COUNTS[2],
    COUNTS[3],
    ("throughput", throughput::measure),
    ("storm", storm::measure),
    ("users", users::measure),
    ("outage", outage::measure),
    ("blocking", blocking::measure),
    ("large", large::measure),
    ("compile", compile::measure),
    ("dependencies", dependencies::measure),
];
