//! Builds this program a second time, with reqwest's default features.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::client::Client;

/// Returns the executable of the second build of this program. The first call to this function compiles the second
/// build.
pub fn over_defaults() -> Client {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let target = folder("over-defaults");
        let mut command = Command::new("cargo");
        command.args(["build", "--release", "--features", "reqwest-defaults", "--manifest-path"]);
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).env("CARGO_TARGET_DIR", &target);
        assert!(command.status().expect("cargo is there").success(), "the other build failed");
        target.join("release/afresh-bench")
    });
    Client { program: program.clone() }
}

/// Returns the path of the directory `name` next to this program's build output.
pub fn folder(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("this program");
    let target = program.ancestors().nth(2).expect("the program is in a folder of a target folder");
    let folder = target.join("bench").join(name);
    std::fs::create_dir_all(&folder).expect("a folder that can be written");
    folder
}
