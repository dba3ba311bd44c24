//! Tests user logins: discovery, the authorization code flow of a web server, and attacks (RFC 9700). The device code
//! flow is tested in the runtime crate with Tokio's clock paused.

mod app;
mod attacks;
mod discovery;
mod ensure_login;
mod provider;
mod redirect;
