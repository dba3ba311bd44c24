//! A batch of mistakes, which the test `mistakes` writes and compiles.

#![allow(warnings)]

include!(env!("AFRESH_MISTAKES"));
