//! Tests that no generated server response makes the runtime panic, store an invalid token, or reveal a secret.
//!
//! Each property is tested with about two thousand cases and a fixed seed. `AFRESH_FUZZ_SEED` and `AFRESH_FUZZ_CASES`
//! set the seed and the number of cases.

mod api;
mod bodies;
mod headers;
mod jwt;
mod logins;
mod streams;
mod tokens;
