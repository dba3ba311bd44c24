//! Real processes with one session, killed and suspended at chosen and at random moments. The server ends the session
//! if a spent refresh token is presented.
//!
//! The server is in the test's process, on a loopback socket. It holds every refresh until the test decides what
//! happens to it and to its process. So the moments are exact, however slow the machine is.
//!
//! Two things cannot be promised, and the tests show it. If a process ends between the server's rotation and its own
//! write, no process has the new refresh token. If a process is suspended after it has checked its lease and before
//! the server reads its request, the request arrives after those of others. A server with a grace period resolves
//! both. Without one, the session ends, once, and the error says why.
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
