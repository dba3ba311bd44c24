//! An example crate that includes code with mistakes. The test `mistakes` writes this code and compiles the crate.

#![allow(warnings)]

include!(env!("AFRESH_MISTAKES"));
