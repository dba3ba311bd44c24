//! What servers send, in every form that they could send it in: no answer of a token endpoint, no header and no body makes the
//! runtime panic, store what is no token, or tell a secret.
//!
//! Each property holds for some thousands of cases from a fixed seed; `AFRESH_FUZZ_SEED` and `AFRESH_FUZZ_CASES` take others.

mod api;
mod bodies;
mod headers;
mod jwt;
mod streams;
mod tokens;
