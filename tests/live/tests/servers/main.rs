//! Runs clients as a user would write them against servers of other projects. Each runs the same steps, and the server counts the requests.
//!
//! npm and pip install the servers. If they are missing, the tests print that they were skipped. With `AFRESH_REQUIRE_LIVE` set, they fail.

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
