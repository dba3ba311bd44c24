//! Builds the example's web page, and serves the page and the API that the page calls. Run the example with `cargo run
//! --manifest-path examples/browser/Cargo.toml`.
//!
//! The build needs the target `wasm32-unknown-unknown`: run `rustup target add wasm32-unknown-unknown`. The
//! environment variable `CARGO_WASM` selects a different cargo command for the page.

mod build;
mod server;

use std::path::Path;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = build::page(here)?;
    let port = std::env::var("PORT").ok().map_or(Ok(8080), |port| port.parse())?;
    server::serve(port, folder).await
}
