//! An example crate that includes code with mistakes. The test `mistakes` generates the included file, and then
//! compiles this crate.

#![allow(warnings)]

include!(env!("AFRESH_MISTAKES"));
