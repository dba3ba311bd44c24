//! Real processes with one session, which its server ends if a spent refresh token is presented: killed and suspended at chosen
//! moments and at random ones.
//!
//! The server is in the test's process, on a socket of loopback. It holds every exchange until the test has decided what becomes of it
//! and of the process that sent it, so that the moments are what the test says, however slow the machine is.
//!
//! Two things cannot be promised, and the tests say so: if a process ends between the server's rotation and the write of what it
//! brought, then nobody has the new refresh token; and if a process is suspended after it has looked at its lease and before the
//! server has read its request, then the request arrives after those of others. A server with a grace period makes both good. With one that has
//! none the session ends, once, and the error says why.
#![cfg(unix)]

mod fates;
mod fleet;
mod leftovers;
mod place;
mod process;
mod shop;
mod steps;
mod suspended;
