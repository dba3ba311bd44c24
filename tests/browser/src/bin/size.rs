//! Compares the size of the examples/browser page with the size of the handwritten page. Usage:
//! `size PAGE.wasm HAND-WRITTEN.wasm`. The program processes each page with wasm-bindgen, `wasm-opt -Oz` and gzip, and
//! fails if the page is too large.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use wasm_bindgen_cli_support::Bindgen;

/// The maximum ratio of the page size to the handwritten page's size. The project's goal is a ratio of 1.3, but this
/// limit is slightly higher, because the pages contain source file paths, which are longer on some machines.
const LIMIT: f64 = 1.32;

fn main() {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [page, hand_written] = &files[..] else { panic!("usage: size PAGE.wasm HAND-WRITTEN.wasm") };
    println!("| page | wasm-bindgen | `wasm-opt -Oz` | gzip |\n| --- | ---: | ---: | ---: |");
    let page = measure("afresh", page);
    let hand_written = measure("by hand", hand_written);
    let ratio = page / hand_written;
    println!("\nThe page is {ratio:.3} times as large as the handwritten page. The limit is {LIMIT}");
    assert!(ratio <= LIMIT, "the page is too large");
}

/// Returns the gzipped size of the page.
fn measure(name: &str, wasm: &Path) -> f64 {
    let folder = TempDir::new().expect("a folder");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name("page").web(true).expect("a page").typescript(false);
    bindgen.generate(folder.path()).expect("the page is prepared");
    let (bound, optimized) = (folder.path().join("page_bg.wasm"), folder.path().join("optimized.wasm"));
    let optimizer = std::env::var_os("WASM_OPT").unwrap_or_else(|| "wasm-opt".into());
    let done = Command::new(optimizer)
        .arg("-Oz")
        .args(["--all-features"])
        .arg(&bound)
        .arg("-o")
        .arg(&optimized)
        .status();
    assert!(done.is_ok_and(|status| status.success()), "wasm-opt fails: npm install binaryen");
    let content = std::fs::read(&optimized).expect("wasm-opt has written its output");
    let before = std::fs::metadata(&bound).expect("the page").len();
    let compressed = gzip(&content);
    println!("| {name} | {before} | {} | {compressed} |", content.len());
    f64::from(u32::try_from(compressed).expect("a page is small"))
}

fn gzip(content: &[u8]) -> usize {
    let mut gzip =
        Command::new("gzip").arg("-9").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("gzip");
    let mut input = gzip.stdin.take().expect("an input");
    let content = content.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&content));
    let output = gzip.wait_with_output().expect("an output");
    writer.join().expect("the writer ends").expect("gzip reads its input");
    output.stdout.len()
}
