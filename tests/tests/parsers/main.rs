//! Answers of servers in every possible form: no answer of a token endpoint, no header and no body makes the runtime
//! panic, store something that is not a token, or reveal a secret.
//!
//! Each property is tested with some thousand cases from a fixed seed. `AFRESH_FUZZ_SEED` and `AFRESH_FUZZ_CASES`
//! change them.

mod api;
mod bodies;
mod headers;
mod jwt;
mod logins;
mod streams;
mod tokens;
