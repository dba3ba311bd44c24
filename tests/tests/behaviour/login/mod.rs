//! Logins by a person: discovery, the code flow of a web server, and attacks (RFC 9700). Device codes are tested in the
//! runtime crate with the paused clock.

mod app;
mod attacks;
mod discovery;
mod ensure_login;
mod provider;
mod redirect;
