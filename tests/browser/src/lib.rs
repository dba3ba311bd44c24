//! The server, the Chromium driver and the web pages that are used to test the `afresh` crate in a real browser. Start
//! reading with `stage`.

pub mod authority;
pub mod bundle;
pub mod chromium;
pub mod devtools;
pub mod gate;
pub mod probe;
pub mod server;
mod settings;
pub mod stage;
