//! A batch of mistakes, which `cargo test -p afresh-tests --test mistakes` writes and checks.

#![allow(warnings)]

include!(env!("AFRESH_MISTAKES"));
