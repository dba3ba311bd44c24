//! Values made from each named schema decode into its type, and what the type encodes is valid again and says the same.

use std::collections::BTreeSet;
use std::fmt::Write;

use afresh_openapi::{Document, Generated};
use fastrand::Rng;
use jsonschema::Draft;
use serde_json::{Map, Value, json};

use crate::scratch::Scratch;
use crate::source::Published;
use crate::values::{Maker, as_json_schema, leave_out_write_only};

/// Values for each schema.
const VALUES: usize = 20;

struct Case {
    schema: String,
    index: usize,
    value: Value,
}

/// Checks all schemas of a document and prints how many.
pub(crate) fn check(scratch: &Scratch, published: &Published, generated: &Generated) {
    let document = Document::open(published.bring(&crate::folder())).unwrap();
    let mut root = document.to_value();
    leave_out_write_only(&mut root);
    let mut schemas = root.clone();
    as_json_schema(&mut schemas);
    let (mut cases, mut without) = (Vec::new(), 0);
    let mut validators = Vec::new();
    let variants = tagged_variants(&generated.source);
    for (index, (name, ty)) in generated.schemas.iter().enumerate() {
        let place = if root["definitions"].is_object() { "definitions" } else { "components/schemas" };
        let own = root.pointer(&format!("/{place}/{}", name.replace('~', "~0").replace('/', "~1"))).unwrap();
        let valid = validator(&schemas, place, name);
        let mut maker = Maker { root: &root, random: Rng::with_seed(index as u64) };
        let before = cases.len();
        for _ in 0..VALUES {
            let value = maker.make(own);
            if valid.is_valid(&value) {
                cases.push(Case { schema: name.clone(), index, value });
            }
        }
        without += usize::from(cases.len() == before);
        validators.push(valid);
        if variants.contains(ty) {
            cases.truncate(before);
        }
    }
    let output = scratch.run("round_trip", &generated.source, &program(generated), &lines(&cases));
    let mut wrong = Vec::new();
    for (case, line) in cases.iter().zip(output.lines()) {
        match serde_json::from_str::<Value>(line) {
            Err(_) => wrong.push(format!("{}: {line}\n  {}", case.schema, case.value)),
            Ok(again) if !validators[case.index].is_valid(&again) => {
                wrong.push(format!(
                    "{}: what is encoded is not valid\n  {}\n  {again}",
                    case.schema, case.value
                ));
            }
            Ok(again) if plain(&again) != plain(&case.value) => {
                wrong.push(format!("{}: something is lost\n  {}\n  {again}", case.schema, case.value));
            }
            Ok(_) => {}
        }
    }
    println!(
        "{}: {} schemas, {} values; {without} schemas of which no valid value could be made",
        published.name,
        generated.schemas.len(),
        cases.len()
    );
    assert_eq!(output.lines().count(), cases.len());
    assert!(cases.len() > generated.schemas.len() * VALUES / 3, "too few valid values");
    // One value of each schema says enough.
    let mut seen = BTreeSet::new();
    let mut is_first = |line: &&String| seen.insert(line.split(':').next().unwrap_or_default().to_owned());
    let shown: Vec<&String> = wrong.iter().filter(|line| is_first(line)).take(12).collect();
    assert!(wrong.is_empty(), "{}: {} of {} values\n{shown:#?}", published.name, wrong.len(), cases.len());
}

fn validator(schemas: &Value, place: &str, name: &str) -> jsonschema::Validator {
    let mut schema = Map::new();
    schema.insert(
        "$ref".to_owned(),
        format!("#/{place}/{}", name.replace('~', "~0").replace('/', "~1")).into(),
    );
    for key in ["components", "definitions", "paths"] {
        if schemas[key].is_object() {
            schema.insert(key.to_owned(), schemas[key].clone());
        }
    }
    let draft = match schemas["openapi"].as_str() {
        Some(version) if version.starts_with("3.1") => Draft::Draft202012,
        _ => Draft::Draft4,
    };
    jsonschema::options().with_draft(draft).build(&Value::Object(schema)).unwrap()
}

/// The types of which a union has the tag: by themselves they are not what their schema says.
fn tagged_variants(source: &str) -> BTreeSet<String> {
    let mut variants = BTreeSet::new();
    for union in source.split("#[serde(tag = ").skip(1) {
        let body = union.split("\n}").next().unwrap_or_default();
        variants.extend(
            body.lines()
                .filter_map(|line| line.trim().split_once('(')?.1.strip_suffix("),"))
                .map(str::to_owned),
        );
    }
    variants
}

/// A program that decodes each line as the type of a schema, and prints what that encodes.
fn program(generated: &Generated) -> String {
    let mut arms = String::new();
    for (index, (_, ty)) in generated.schemas.iter().enumerate() {
        let _ = writeln!(arms, "        \"{index}\" => trip::<{ty}>(value),");
    }
    format!(
        "mod client;\n#[allow(unused_imports)]\nuse client::*;\n#[allow(unused_imports)]\nuse std::collections::BTreeMap;\n\n\
         fn trip<T: serde::de::DeserializeOwned + serde::Serialize>(value: &str) -> String {{\n\
         match serde_json::from_str::<T>(value) {{\n\
         Ok(value) => serde_json::to_string(&value).unwrap(),\nErr(error) => format!(\"not decoded: {{error}}\"),\n}}\n}}\n\n\
         fn main() {{\nfor line in std::io::stdin().lines() {{\nlet line = line.unwrap();\n\
         let (index, value) = line.split_once(' ').unwrap();\nlet again = match index {{\n{arms}\
         _ => unreachable!(),\n}};\nprintln!(\"{{again}}\");\n}}\n}}\n"
    )
}

fn lines(cases: &[Case]) -> String {
    cases.iter().map(|case| format!("{} {}\n", case.index, case.value)).collect()
}

/// Without the order of members, members that are `null`, and the kind of numbers.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(map) => {
            let mut members: Vec<(&String, &Value)> =
                map.iter().filter(|(_, value)| !value.is_null()).collect();
            members.sort_by_key(|(key, _)| *key);
            Value::Object(members.into_iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}
