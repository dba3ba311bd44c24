//! Checks that values generated from each named schema decode into the schema's Rust type, and that the encoded result
//! is valid and loses no data.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use afresh_openapi::Generated;
use fastrand::Rng;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::schemas::Schemas;
use crate::scratch::Program;
use crate::values::Maker;

const VALUES: usize = 20;

const TRIES: usize = 10;

struct Case {
    schema: String,
    index: usize,
    value: Value,
    /// The name of the property that contains the type's tag, if serde writes the tag only when the type is part of a
    /// union.
    tag: Option<String>,
}

pub(crate) fn check(name: &str, schemas: &Schemas, generated: &Generated, program: &Program) {
    let (mut cases, mut without) = (Vec::new(), 0);
    let mut validators = Vec::new();
    let tags = tags(&generated.source);
    for (index, (schema, ty)) in generated.schemas.iter().enumerate() {
        let own = schemas.named(schema);
        let valid = schemas.validator(&own);
        let mut maker = Maker { root: &schemas.root, random: Rng::with_seed(index as u64) };
        let before = cases.len();
        for _ in 0..VALUES {
            let mut made = (0..TRIES).map(|_| maker.make(&own));
            if let Some(value) = made.find(|value| valid.is_valid(value)) {
                cases.push(Case { schema: schema.clone(), index, value, tag: tags.get(ty).cloned() });
            }
        }
        without += usize::from(cases.len() == before);
        validators.push(valid);
    }
    let output = program.run(&[], &lines(&cases));
    let output: Vec<&str> = output.lines().collect();
    assert_eq!(output.len(), cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .zip(output)
        .filter_map(|(case, line)| wrong(case, line, &validators[case.index]))
        .collect();
    println!(
        "{name}: {} schemas, {} values, {} failed; {without} schemas without a valid value",
        generated.schemas.len(),
        cases.len(),
        wrong.len(),
    );
    assert!(cases.len() >= generated.schemas.len() * VALUES / 3, "too few valid values");
    // The failure message shows at most one failed value per schema.
    let mut seen = BTreeSet::new();
    let mut is_first = |line: &&String| seen.insert(line.split(':').next().unwrap_or_default().to_owned());
    let shown: Vec<&String> = wrong.iter().filter(|line| is_first(line)).take(12).collect();
    assert!(wrong.is_empty(), "{name}: {} of {} values\n{shown:#?}", wrong.len(), cases.len());
}

/// Returns `None` if decoding and encoding did not change the value of `case`, or otherwise a description of the
/// failure.
fn wrong(case: &Case, line: &str, valid: &Validator) -> Option<String> {
    let Ok(mut again) = serde_json::from_str::<Value>(line) else {
        return Some(format!("{}: {line}\n  {}", case.schema, case.value));
    };
    if let (Some(tag), Some(members)) = (&case.tag, again.as_object_mut()) {
        members.insert(tag.clone(), case.value[tag].clone());
    }
    let what = if !valid.is_valid(&again) {
        "the encoded value is not valid"
    } else if plain(&again) != plain(&case.value) {
        "the encoded value has lost data"
    } else {
        return None;
    };
    Some(format!("{}: {what}\n  {}\n  {again}", case.schema, case.value))
}

/// Returns the types whose tag serde writes only when the type is part of a union, each with the name of the tag
/// property.
fn tags(source: &str) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for union in source.split("#[serde(tag = \"").skip(1) {
        let (tag, rest) = union.split_once('"').unwrap();
        let body = rest.split("\n}").next().unwrap_or_default();
        let types = body.lines().filter_map(|line| line.trim().split_once('(')?.1.strip_suffix("),"));
        tags.extend(types.map(|ty| (ty.to_owned(), tag.to_owned())));
    }
    tags
}

/// Returns the source code of a function that decodes a value as the type of a schema and encodes it again.
pub(crate) fn program(generated: &Generated) -> String {
    let mut arms = String::new();
    for (index, (_, ty)) in generated.schemas.iter().enumerate() {
        let _ = writeln!(arms, "        \"{index}\" => trip::<{ty}>(value),");
    }
    format!(
        "#![allow(warnings)]\nuse crate::client::*;\nuse std::collections::BTreeMap;\n\n\
         fn trip<T: serde::de::DeserializeOwned + serde::Serialize>(value: &str) -> String {{\n\
         match serde_json::from_str::<T>(value) {{\n\
         Ok(value) => serde_json::to_string(&value).unwrap(),\nErr(error) => format!(\"not decoded: {{error}}\"),\n}}\n}}\n\n\
         pub fn again(index: &str, value: &str) -> String {{\nmatch index {{\n{arms}_ => unreachable!(),\n}}\n}}\n"
    )
}

fn lines(cases: &[Case]) -> String {
    cases.iter().map(|case| format!("{} {}\n", case.index, case.value)).collect()
}

/// Normalizes differences that do not matter: the order of properties, `null` properties, and whether a number is an
/// integer or a float.
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
