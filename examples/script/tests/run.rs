//! Runs the script as a user would, and checks that its `Cargo.toml` does not list Tokio as a dependency.

use std::process::Command;

#[test]
fn the_script_reads_all_pages_and_refreshes_once() {
    let output = Command::new(env!("CARGO_BIN_EXE_afresh-script")).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert_eq!(out.lines().last(), Some("5 orders, 150 in total, 1 refresh"), "{out}");
}

#[test]
fn the_script_depends_on_afresh_and_serde_only() {
    let manifest = include_str!("../Cargo.toml");
    let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap();
    let names = dependencies.lines().take_while(|line| !line.is_empty());
    let names: Vec<_> = names.filter_map(|line| line.split([' ', '.']).next()).collect();
    assert_eq!(names, ["afresh", "serde"]);
}
