//! Examples of afresh: see the folders beside this one. `cargo run --example quickstart` runs the first.
