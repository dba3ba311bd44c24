//! Tests that, on every platform, no dependency of the published crates requires a newer Rust version than these crates
//! declare.
//!
//! `.ci/msrv` builds both crates for Linux with the declared Rust version. This test reads the whole lock file, so it
//! also covers dependencies for other platforms.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

#[test]
fn no_dependency_requires_a_newer_rust_than_the_stated_one() {
    let metadata = metadata();
    let packages: BTreeMap<&str, &Value> =
        list(&metadata["packages"]).map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).map(|node| (text(&node["id"]), node)).collect();

    let ours = packages.values().find(|package| package["name"] == "afresh").unwrap();
    let stated = version(text(&ours["rust_version"]));
    let mut seen = BTreeSet::new();
    let mut open = vec![text(&ours["id"])];
    let mut newer = Vec::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let package = packages[id];
        if package["rust_version"].as_str().is_some_and(|wanted| version(wanted) > stated) {
            newer.push(format!("{} wants {}", package["name"], package["rust_version"]));
        }
        let dependencies = list(&nodes[id]["deps"]);
        let needed = dependencies
            .filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"] != "dev"));
        open.extend(needed.map(|dependency| text(&dependency["pkg"])));
    }
    assert!(seen.len() > 50, "the test found only {} dependencies", seen.len());
    assert!(newer.is_empty(), "afresh states {stated:?}, but {newer:?}");
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path", manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Parses the major, minor and patch numbers of a version. A missing number is treated as 0.
fn version(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.parse().unwrap());
    [(); 3].map(|()| parts.next().unwrap_or(0))
}
