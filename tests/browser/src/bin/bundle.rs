//! Prepares a compiled crate for the browser. Usage: `bundle page.wasm index.html FOLDER`.

use std::path::Path;

use afresh_browser_tests::bundle::prepare;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, index, folder] = &arguments[..] else { panic!("usage: bundle page.wasm index.html FOLDER") };
    prepare(Path::new(wasm), Path::new(index), Path::new(folder)).expect("the page is prepared");
}
