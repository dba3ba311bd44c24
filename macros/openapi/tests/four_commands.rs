//! The example as a user makes it: four commands in an empty folder, and the client is logged in.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

const EXPECTED: &str = "\
parcel 1 is Posted
parcel 2 is Posted
parcel 3 is Posted
parcel 1 is Delivered
refused: it is there already
parcel 9: None
";

fn run(folder: &Path, command: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(command);
    command.args(arguments).current_dir(folder).env("RUSTFLAGS", "-D warnings");
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi/crates/target"));
    for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS", "RUSTC_BOOTSTRAP"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// `cargo install` is the one command that is not run: cargo has built the tool for this test.
#[test]
fn four_commands_lead_to_a_client_that_is_logged_in() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let example = repository.join("examples/openapi");
    // Outside of this repository, whose workspace cargo would find.
    let folder: PathBuf = std::env::temp_dir().join(format!("afresh-openapi-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());

    run(&folder, &cargo, &["init", "--quiet", "--vcs", "none", "--name", "parcels"]);
    fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::copy(example.join("main.rs"), folder.join("src/main.rs")).unwrap();
    fs::copy(example.join("server.rs"), folder.join("src/server.rs")).unwrap();
    // A port of this test's own.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let document =
        fs::read_to_string(example.join("parcels.yaml")).unwrap().replace("8747", &port.to_string());
    fs::write(folder.join("parcels.yaml"), document).unwrap();

    let client = run(&folder, env!("CARGO_BIN_EXE_afresh-openapi"), &["parcels.yaml"]);
    fs::write(folder.join("src/parcels.rs"), client).unwrap();
    // Nothing is published yet. Without the default features there is no TLS to build, which a local server does not need.
    let runtime = repository.join("runtime");
    run(
        &folder,
        &cargo,
        &[
            "add",
            "--quiet",
            "--offline",
            "--path",
            runtime.to_str().unwrap(),
            "--no-default-features",
            "afresh",
        ],
    );
    run(&folder, &cargo, &["add", "--quiet", "--offline", "serde", "--features", "derive"]);
    run(&folder, &cargo, &["add", "--quiet", "--offline", "tokio", "--features", "macros,rt-multi-thread"]);
    assert_eq!(run(&folder, &cargo, &["run", "--quiet", "--offline"]), EXPECTED);
    fs::remove_dir_all(&folder).unwrap();
}

/// The client in the repository is what the document becomes.
#[test]
fn the_client_of_the_example_is_up_to_date() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/openapi");
    run(
        &example,
        env!("CARGO_BIN_EXE_afresh-openapi"),
        &["parcels.yaml", "-o", "parcels.rs", "--check", "--strict"],
    );
}
