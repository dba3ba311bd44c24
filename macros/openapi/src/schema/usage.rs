//! Determines which schemas are sent, which are received, and which differ between requests and responses (`readOnly`,
//! `writeOnly`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::Document;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// The server sends the value. `Answer` is also the mode of a schema that is identical in requests and responses.
    Answer,
    /// The client sends the value.
    Request,
}

#[derive(Debug, Default)]
pub(super) struct Usage {
    sent: BTreeSet<String>,
    received: BTreeSet<String>,
    differing: BTreeSet<String>,
}

impl Usage {
    pub(super) fn of(document: &Document) -> Self {
        let mut usage = Self::default();
        for site in document.operations() {
            for value in
                [&site.item["parameters"], &site.operation["parameters"], &site.operation["requestBody"]]
            {
                collect(document, value, &mut usage.sent);
            }
            collect(document, &site.operation["responses"], &mut usage.received);
        }
        let mut all: BTreeSet<String> = usage.sent.union(&usage.received).cloned().collect();
        all.extend(document.schemas().map(|(_, reference, _)| reference));
        usage.differing = differing(document, all);
        usage
    }

    /// Returns whether a schema differs between requests and responses.
    pub(super) fn differs(&self, reference: &str) -> bool {
        self.differing.contains(reference)
    }

    pub(super) fn differs_inline(&self, schema: &Value) -> bool {
        let mut found = Found::default();
        scan(schema, &mut found);
        found.has_sides || found.references.iter().any(|reference| self.differs(reference))
    }

    /// Returns each [`Mode`] in which a schema needs a separate type.
    pub(super) fn modes(&self, reference: &str) -> Vec<Mode> {
        let is_sent = self.sent.contains(reference);
        let is_received = self.received.contains(reference);
        match (self.differs(reference), is_sent, is_received) {
            (true, true, true) => vec![Mode::Answer, Mode::Request],
            (true, true, false) => vec![Mode::Request],
            _ => vec![Mode::Answer],
        }
    }
}

#[derive(Default)]
struct Found {
    references: Vec<String>,
    has_sides: bool,
}

fn scan(value: &Value, found: &mut Found) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match inner {
                    Value::String(reference) if key == "$ref" => found.references.push(reference.clone()),
                    Value::Bool(true) if key == "readOnly" || key == "writeOnly" => found.has_sides = true,
                    _ if matches!(&**key, "example" | "examples" | "default" | "enum")
                        && !inner.is_object() => {}
                    _ => scan(inner, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| scan(item, found)),
        _ => {}
    }
}

/// Adds to `into` all references that are reachable from `value`.
fn collect(document: &Document, value: &Value, into: &mut BTreeSet<String>) {
    let mut found = Found::default();
    scan(value, &mut found);
    while let Some(reference) = found.references.pop() {
        if into.insert(reference.clone())
            && let Some(target) = document.target(&reference)
        {
            scan(target, &mut found);
        }
    }
}

fn differing(document: &Document, all: BTreeSet<String>) -> BTreeSet<String> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut differing = BTreeSet::new();
    let mut news = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = all.into_iter().collect();
    while let Some(reference) = open.pop() {
        let Some(target) = document.target(&reference).filter(|_| seen.insert(reference.clone())) else {
            continue;
        };
        let mut found = Found::default();
        scan(target, &mut found);
        if found.has_sides {
            news.push(reference.clone());
        }
        for used in found.references {
            users.entry(used.clone()).or_default().push(reference.clone());
            open.push(used);
        }
    }
    while let Some(reference) = news.pop() {
        if differing.insert(reference.clone()) {
            news.extend(users.get(&reference).into_iter().flatten().cloned());
        }
    }
    differing
}
