//! Compiles the page and writes the JavaScript that loads it.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

/// Builds the page and returns the directory that contains the page.
pub fn page(workspace: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let wasm = compile(workspace)?;
    let folder = wasm.with_file_name("browser-example");
    std::fs::create_dir_all(&folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&wasm).out_name("page").web(true)?.typescript(false).omit_default_module_path(false);
    bindgen.generate(&folder)?;
    std::fs::copy(workspace.join("page/index.html"), folder.join("index.html"))?;
    Ok(folder)
}

fn compile(workspace: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var("CARGO_WASM").unwrap_or_else(|_| "cargo".into());
    let mut words = cargo.split(' ');
    let built = Command::new(words.next().ok_or("CARGO_WASM is empty")?)
        .args(words)
        .args(["build", "--release", "--package", "page", "--target", "wasm32-unknown-unknown"])
        .args(["--message-format", "json-render-diagnostics", "--manifest-path"])
        .arg(workspace.join("Cargo.toml"))
        .stderr(Stdio::inherit())
        .output()?;
    if !built.status.success() {
        return Err(
            "the page does not compile; if the target is missing, run `rustup target add wasm32-unknown-unknown`".into(),
        );
    }
    let messages = String::from_utf8(built.stdout)?;
    let files = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let files = files.flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default());
    let file =
        files.filter_map(|file| file.as_str().map(PathBuf::from)).find(|file| file.ends_with("page.wasm"));
    file.ok_or_else(|| "cargo did not write `page.wasm`".into())
}
