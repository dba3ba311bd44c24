//! Checks that each scenario in `SCENARIOS.md` either has a test with the same id or states why it has no test. Also
//! checks that each test id is in `SCENARIOS.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Returns the id of every scenario in the table. The value for an id is the reason why the scenario has no test, or an
/// empty string if the scenario must have a test.
fn table() -> BTreeMap<String, String> {
    let text = fs::read_to_string(Path::new(ROOT).join("tests/SCENARIOS.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", id, _, why, ""] = cells[..] else { return None };
        is_id(id).then(|| (id.to_owned(), why.to_owned()))
    });
    rows.collect()
}

/// Returns whether a word is a letter followed by a number, such as `B3`.
fn is_id(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(|letter| letter.is_ascii_uppercase())
        && (1..=2).contains(&characters.as_str().len())
        && characters.all(|digit| digit.is_ascii_digit())
}

/// Returns the ids before the colon in a doc comment such as `/// B3, B4: a late refusal …`.
fn ids_of(doc: &str) -> Vec<String> {
    let Some((head, _)) = doc.split_once(':') else { return Vec::new() };
    let words: Vec<_> = head.split([',', ' ']).filter(|word| !word.is_empty()).collect();
    if words.iter().all(|word| is_id(word)) {
        words.into_iter().map(str::to_owned).collect()
    } else {
        Vec::new()
    }
}

/// Adds the ids of the tests in a directory, each with the name of a file that contains it.
fn borne_in(folder: &Path, borne: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            borne_in(&path, borne);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            for id in borne_by(&fs::read_to_string(&path).unwrap()) {
                borne.insert(id, path.display().to_string());
            }
        }
    }
}

/// Returns the ids of all tests in a file. Other functions are ignored.
fn borne_by(source: &str) -> BTreeSet<String> {
    let (mut ids, mut doc, mut is_test) = (BTreeSet::new(), String::new(), false);
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            doc += text;
        } else if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
        } else if !line.starts_with("//") {
            if is_test {
                ids.extend(ids_of(doc.trim()));
            }
            (doc, is_test) = (String::new(), false);
        }
    }
    ids
}

#[test]
fn every_scenario_has_a_test_and_every_test_a_scenario() {
    let table = table();
    let mut borne = BTreeMap::new();
    for folder in ["tests/tests", "tests/live/tests", "tests/browser/tests", "runtime/src"] {
        borne_in(&Path::new(ROOT).join(folder), &mut borne);
    }
    let invariants: BTreeSet<_> = (1..=20).map(|number| format!("I{number}")).collect();
    let mut wrong = Vec::new();
    for (id, why) in &table {
        match (borne.contains_key(id), why.is_empty()) {
            (false, true) => wrong.push(format!("{id}: no test bears it, and the table does not say why")),
            (true, false) => wrong.push(format!("{id}: `{why}`, says the table, but {} tests it", borne[id])),
            _ => {}
        }
    }
    let unknown = borne.iter().filter(|(id, _)| !table.contains_key(*id) && !invariants.contains(*id));
    wrong.extend(unknown.map(|(id, file)| format!("{id}: no such scenario, in {file}")));
    assert!(wrong.is_empty(), "SCENARIOS.md and the tests disagree:\n{}", wrong.join("\n"));
    let untested = table.values().filter(|why| !why.is_empty()).count();
    println!("{} scenarios, {untested} of them without a test", table.len());
    assert_eq!(table.len(), 208, "no row is missing");
}

#[test]
fn an_id_counts_only_at_the_start_of_a_tests_doc_comment() {
    assert_eq!(ids_of("B3, J10: late"), ["B3", "J10"]);
    assert!(ids_of("As in B3: late").is_empty() && ids_of("B3 is late").is_empty());
    let source = "/// A1: text\n/// more\n#[tokio::test(start_paused = true)]\nasync fn a() {\n/// A2: no test\nfn b()";
    assert_eq!(borne_by(source), BTreeSet::from(["A1".to_owned()]));
}
