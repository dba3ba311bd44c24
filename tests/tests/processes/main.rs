//! Several real processes share one session and are killed or suspended at chosen and at random times. The server ends
//! the session if a spent refresh token is presented.
//!
//! The server runs in the test's process on a loopback socket. The server parks every refresh until the test decides
//! about the request and its process, so the test does not depend on the machine's speed.
//!
//! Two cases cannot be prevented, and the tests show both. A process can exit after the server has rotated the refresh
//! token and before the process has stored it, and the new refresh token is then lost. A process can also be suspended
//! between the check of its lease and its request, which then arrives after the requests of other processes. A server
//! with a grace period resolves both cases. Without a grace period, the session ends once, and the error gives the
//! reason.
#![cfg(unix)]

mod after_a_kill;
mod fleet;
mod kills;
mod logins;
mod place;
mod process;
mod shop;
mod standing_still;
mod steps;
mod suspended;
