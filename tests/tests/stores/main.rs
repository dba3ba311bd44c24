//! The stores of afresh: each passes the checks of [`store_conformance`](afresh_tests::store_conformance), and keeps
//! its own further promises.

mod defects;
mod files;
mod in_redis;
mod keyrings;
mod memory;
mod places;
mod redis_down;
mod sealed;
mod special_files;
