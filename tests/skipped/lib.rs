//! This library is empty. `skipped.rs` prints the list of the skipped tests.
