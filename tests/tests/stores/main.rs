//! Tests that each of afresh's stores passes the checks of [`store_conformance`](afresh_tests::store_conformance) and
//! keeps its additional guarantees.

mod defects;
mod files;
mod in_redis;
mod keyrings;
mod memory;
mod places;
mod redis_down;
mod sealed;
mod special_files;
