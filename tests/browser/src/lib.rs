//! A server, a driver for headless Chromium, and pages, for tests of afresh in a real browser. Start with `stage`.

pub mod authority;
pub mod bundle;
pub mod chromium;
pub mod devtools;
pub mod probe;
pub mod server;
pub mod stage;
