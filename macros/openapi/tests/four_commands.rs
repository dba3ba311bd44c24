//! Builds the example in an empty directory with the README's four commands, and checks that the example client logs
//! in.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::panic, reason = "a test fails if it cannot continue")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const EXPECTED: &str = "\
parcel 1 is Posted
parcel 2 is Posted
parcel 3 is Posted
parcel 1 is Delivered
refused: it is there already
parcel 9: None
";

fn command(folder: &Path, command: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(command);
    // Without a display, the example program does not open a browser.
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command.args(arguments).current_dir(folder).env("RUSTFLAGS", "-D warnings");
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi/crates/target"));
    for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS", "RUSTC_BOOTSTRAP"] {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let mut command = command(folder, program, arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The test does not run `cargo install`, because cargo has already built the command for this test.
#[test]
fn four_commands_lead_to_a_client_that_is_logged_in() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let example = repository.join("examples/openapi");
    // The example's directory is outside this repository, because cargo would otherwise find the repository's
    // workspace.
    let folder: PathBuf = std::env::temp_dir().join(format!("afresh-openapi-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());

    run(&folder, &cargo, &["init", "--quiet", "--vcs", "none", "--name", "parcels"]);
    fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::copy(example.join("main.rs"), folder.join("src/main.rs")).unwrap();
    fs::copy(example.join("server.rs"), folder.join("src/server.rs")).unwrap();
    // The test uses a free port so that parallel runs do not collide.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let document =
        fs::read_to_string(example.join("parcels.yaml")).unwrap().replace("8747", &port.to_string());
    fs::write(folder.join("parcels.yaml"), document).unwrap();

    let client = run(&folder, env!("CARGO_BIN_EXE_afresh-openapi"), &["parcels.yaml"]);
    fs::write(folder.join("src/parcels.rs"), client).unwrap();
    // The crates have not been published yet, so the test adds the runtime as a path dependency. The local server does
    // not use TLS, so the default features are disabled.
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
            "--features",
            "login",
        ],
    );
    run(&folder, &cargo, &["add", "--quiet", "--offline", "serde", "--features", "derive"]);
    run(&folder, &cargo, &["add", "--quiet", "--offline", "tokio", "--features", "macros,rt-multi-thread"]);
    assert_eq!(run(&folder, &cargo, &["run", "--quiet", "--offline"]), EXPECTED);

    // The program waits for a user to log in; the test acts as the browser.
    let mut program = command(&folder, &cargo, &["run", "--quiet", "--offline", "login"]);
    let mut program = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(program.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut urls = lines.filter(|line| line.trim().starts_with("http://"));
    let url = urls.next().unwrap();
    let answer = get(url.trim());
    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    assert!(get(location).starts_with("HTTP/1.1 200"), "{location}");
    let mut printed = String::new();
    program.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    assert!(program.wait().unwrap().success(), "{:?}", urls.next());
    assert_eq!(printed, EXPECTED);
    fs::remove_dir_all(&folder).unwrap();
}

fn get(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_client_of_the_example_is_up_to_date() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/openapi");
    run(
        &example,
        env!("CARGO_BIN_EXE_afresh-openapi"),
        &["parcels.yaml", "-o", "parcels.rs", "--check", "--strict"],
    );
}
