//! Finds or prepares the directory that the server serves. The directory contains a JavaScript page or a crate compiled
//! to WebAssembly.

use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use crate::devtools::Failure;

/// Returns the directory of the handwritten JavaScript page, which reimplements the behavior of afresh.
pub fn by_hand() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pages/by_hand")
}

/// Returns the directory of the page under test, which `.ci/browser` compiles and prepares.
pub fn page() -> PathBuf {
    variable("AFRESH_PAGE").into()
}

/// Returns the directory of the guide's page, which `.ci/browser` compiles and prepares.
pub fn guide_page() -> PathBuf {
    variable("AFRESH_GUIDE_PAGE").into()
}

/// Returns the URL at which the server of `examples/browser` is running.
pub fn example() -> String {
    variable("AFRESH_EXAMPLE")
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("`{name}` is not set; run `.ci/browser`"))
}

/// Writes the JavaScript that loads a compiled crate, as `wasm-bindgen --target web` does, and copies the crate's
/// `index.html`.
pub fn prepare(wasm: &Path, index: &Path, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name("page").web(true)?.typescript(false).omit_default_module_path(false);
    bindgen.generate(folder)?;
    std::fs::copy(index, folder.join("index.html"))?;
    Ok(())
}
