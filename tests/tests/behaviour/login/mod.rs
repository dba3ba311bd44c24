//! A person logs in: discovery, the code flow of a web server, and what attackers try (RFC 9700). Device codes are tested
//! beside their code, with the clock paused.

mod app;
mod attacks;
mod discovery;
mod ensure_login;
mod provider;
mod redirect;
