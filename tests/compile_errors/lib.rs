//! This crate is empty because all its tests are in `tests`.
