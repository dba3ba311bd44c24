//! Stores that come along: each against the checks of [`store_conformance`](afresh_tests::store_conformance), and what each
//! promises beyond them.

mod defects;
mod files;
mod in_redis;
mod keyrings;
mod memory;
mod places;
mod redis_down;
mod sealed;
