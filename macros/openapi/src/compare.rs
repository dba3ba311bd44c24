//! Compares a generated file with newly generated source.

use std::collections::BTreeMap;

use crate::write::normal;

/// Returns one line for each item that differs between `old` (the file on disk) and `new`. The result is empty if only
/// the layout differs, for example after `cargo fmt`.
#[must_use]
pub fn differences(old: &str, new: &str) -> Vec<String> {
    if old == new {
        return Vec::new();
    }
    let (Some((old_head, old_items)), Some((new_head, new_items))) = (normal(old), normal(new)) else {
        return vec!["the file is not Rust".to_owned()];
    };
    let mut differences = Vec::new();
    if old_head != new_head {
        differences.push("~ the comments at the top of the file".to_owned());
    }
    let old: BTreeMap<&String, &String> = old_items.iter().map(|(name, text)| (name, text)).collect();
    let new: BTreeMap<&String, &String> = new_items.iter().map(|(name, text)| (name, text)).collect();
    for (name, text) in &new_items {
        match old.get(name) {
            None => differences.push(format!("+ {name}")),
            Some(known) if *known != text => differences.push(format!("~ {name}")),
            Some(_) => {}
        }
    }
    let gone = old_items.iter().filter(|(name, _)| !new.contains_key(name));
    differences.extend(gone.map(|(name, _)| format!("- {name}")));
    let order = |items: &[(String, String)]| items.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if differences.is_empty() && order(&old_items) != order(&new_items) {
        differences.push("~ the order of the items".to_owned());
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_no_difference_and_items_are_named() {
        let old = "// head\nstruct A { x: u8 }\ntrait T { fn a(); fn b(); }";
        assert!(
            differences(old, "// head\nstruct A {\n    x: u8,\n}\n\ntrait T { fn a();\n fn b(); }")
                .is_empty()
        );
        let new = "// head 2\nstruct A { x: u16 }\ntrait T { fn a(); fn c(); }";
        let expected =
            ["~ the comments at the top of the file", "~ struct A", "+ trait T::c", "- trait T::b"];
        assert_eq!(differences(old, new), expected);
        assert_eq!(differences("fn {", new), ["the file is not Rust"]);
    }
}
