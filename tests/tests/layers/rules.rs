//! The layer rules: no dependency cycles, no dependencies on a higher layer, no use of items defined in a parent
//! module's file, and no forbidden names.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::order::{Order, entry};
use crate::source::{Kind, Name};
use crate::tree::{Files, Target, Tree};

/// Names that files in certain directories must not use, even in tests.
#[derive(Debug)]
pub struct Ban {
    pub folders: &'static [&'static str],
    pub crates: &'static [&'static str],
    pub modules: &'static [&'static str],
}

/// The dependencies between files, each with the first line of code that causes it.
type Arrows = BTreeMap<String, BTreeMap<String, String>>;

/// Returns a one-sentence message for each violation.
pub fn violations(files: &Files, order: &Order, bans: &[Ban]) -> Vec<String> {
    let tree = Tree::new(files);
    let arrows = arrows(&tree);
    let mut found = tree.errors.clone();
    found.extend(order.differences(files));
    found.extend(circles(&arrows));
    found.extend(upward(files, &arrows, order));
    found.extend(own_parents(&tree));
    found.extend(bans.iter().flat_map(|ban| banned(files, &tree, order, ban)));
    found
}

/// Returns the files that define the item with the given name.
fn reached(tree: &Tree, module: usize, name: &Name) -> BTreeSet<String> {
    let targets = tree.targets(module, name).into_iter();
    let files = targets.map(|target| match target {
        Target::Item(file) => file,
        Target::Module(id) | Target::Unknown(id) => tree.modules[id].file.clone(),
    });
    files.collect()
}

/// Returns the names that non-test code uses, except names that are only re-exported.
fn uses(tree: &Tree) -> impl Iterator<Item = (usize, &Name)> {
    let modules = tree.modules.iter().enumerate().filter(|(_, module)| !module.test);
    let names = modules.flat_map(|(id, module)| module.names.iter().map(move |name| (id, name)));
    names.filter(|(_, name)| !name.test && name.kind != Kind::Reexport)
}

fn place(tree: &Tree, module: usize, name: &Name) -> String {
    let glob = if name.glob { "::*" } else { "" };
    let path = name.path.join("::").replacen("::::", "::", 1);
    format!("{}:{} names `{path}{glob}`", tree.modules[module].file, name.line)
}

fn arrows(tree: &Tree) -> Arrows {
    let mut arrows = Arrows::new();
    for (module, name) in uses(tree) {
        let from = &tree.modules[module].file;
        for to in reached(tree, module, name).into_iter().filter(|to| to != from) {
            arrows.entry(from.clone()).or_default().entry(to).or_insert_with(|| place(tree, module, name));
        }
    }
    arrows
}

/// Returns the shortest cycle for each group of files that depend on each other.
fn circles(arrows: &Arrows) -> Vec<String> {
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for start in arrows.keys() {
        if reported.contains(start.as_str()) {
            continue;
        }
        let Some(circle) = shortest_circle(arrows, start) else { continue };
        let group = group(arrows, start);
        let steps =
            circle.windows(2).map(|step| format!("\n    {}, in {}", arrows[step[0]][step[1]], step[1]));
        let steps: String = steps.collect();
        found.push(format!(
            "{} files import each other in a circle: {}{steps}",
            group.len(),
            circle.join(" -> ")
        ));
        reported.extend(group);
    }
    found
}

fn shortest_circle<'a>(arrows: &'a Arrows, start: &'a str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for to in arrows.get(at).into_iter().flat_map(BTreeMap::keys) {
            if to == start {
                let mut circle = vec![start, at];
                while let Some(&earlier) = before.get(circle[circle.len() - 1]) {
                    circle.push(earlier);
                }
                if at == start {
                    circle.pop();
                }
                circle.reverse();
                return Some(circle);
            }
            if !before.contains_key(to.as_str()) {
                before.insert(to, at);
                open.push_back(to);
            }
        }
    }
    None
}

/// Returns the files that are in a dependency cycle with `start`.
fn group<'a>(arrows: &'a Arrows, start: &'a str) -> BTreeSet<&'a str> {
    let reach = |start: &'a str| {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            let next = arrows.get(at).into_iter().flat_map(BTreeMap::keys).map(String::as_str);
            open.extend(next.filter(|&to| seen.insert(to)));
        }
        seen
    };
    let forward = reach(start);
    forward.into_iter().filter(|&file| reach(file).contains(start)).collect()
}

fn upward(files: &Files, arrows: &Arrows, order: &Order) -> Vec<String> {
    let mut found = Vec::new();
    for (from, to, place) in
        arrows.iter().flat_map(|(from, all)| all.iter().map(move |(to, place)| (from, to, place)))
    {
        let (from, entry_of_to) = (entry(files, from), entry(files, to));
        let positions = order.position(&entry_of_to).zip(order.position(&from));
        if positions.is_some_and(|(to, from)| to < from) {
            found.push(format!("{place}, which is in {to}: `{entry_of_to}` is listed above `{from}`"));
        }
    }
    found
}

/// Returns the uses of items that are defined in the file of a parent module. Uses of items in the crate root are
/// reported as dependencies on a higher layer.
fn own_parents(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (module, name) in uses(tree) {
        let own = &tree.modules[module].file;
        let mut around = BTreeSet::new();
        let mut at = tree.modules[module].parent;
        while let Some(id) = at.filter(|&id| id != 0) {
            around.insert(tree.modules[id].file.clone());
            at = tree.modules[id].parent;
        }
        around.remove(own);
        for file in reached(tree, module, name).intersection(&around) {
            found.push(format!("{}, which is in {file}, around it", place(tree, module, name)));
        }
    }
    found
}

fn banned(files: &Files, tree: &Tree, order: &Order, ban: &Ban) -> Vec<String> {
    let mut found = Vec::new();
    let named = ban.folders.iter().chain(ban.modules);
    for name in
        named.filter(|name| ["/", ".rs"].iter().all(|end| order.position(&format!("{name}{end}")).is_none()))
    {
        found.push(format!("a rule is about `{name}`, which is not in the list of ARCHITECTURE.md"));
    }
    let listed = |file: &str, names: &[&str]| {
        let entry = entry(files, file);
        names.contains(&entry.trim_end_matches('/').trim_end_matches(".rs"))
    };
    for (id, module) in
        tree.modules.iter().enumerate().filter(|(_, module)| listed(&module.file, ban.folders))
    {
        for name in &module.names {
            let written: Vec<&str> =
                name.path.iter().map(String::as_str).filter(|part| *part != "::").collect();
            let external = written.first().is_some_and(|first| ban.crates.contains(first));
            let by_path = written.first() == Some(&"crate")
                && written.get(1).is_some_and(|second| ban.modules.contains(second));
            let to = reached(tree, id, name).into_iter().find(|file| listed(file, ban.modules));
            if external || by_path || to.is_some() {
                let what =
                    if external { "no file here names this crate" } else { "no file here names this module" };
                found.push(format!("{}: {what}", place(tree, id, name)));
            }
        }
    }
    found
}
