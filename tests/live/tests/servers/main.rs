//! Runs clients against servers from other projects. Each client runs the same steps, and the server counts the
//! requests.
//!
//! npm and pip install the servers. If npm or pip is missing, the tests are skipped and print a message. If a program
//! is missing and `AFRESH_REQUIRE_LIVE` is set, the tests fail.

mod course;
mod express_cookie;
mod fastify_jwt;
mod flask;
mod kit;
mod login;
mod oauth2_server;
mod oauth_toolkit;
mod oidc_provider;
mod server;
mod simplejwt;
mod strapi;
