//! Clients as a user would write them, before servers that others wrote: each goes the same course, and what it did is
//! counted at the server.
//!
//! npm and pip bring the servers. Where they cannot, the tests say so and prove nothing, unless `AFRESH_REQUIRE_LIVE` is set.

mod course;
mod express_cookie;
mod fastify_jwt;
mod flask;
mod kit;
mod oauth2_server;
mod oauth_toolkit;
mod oidc_provider;
mod server;
mod simplejwt;
