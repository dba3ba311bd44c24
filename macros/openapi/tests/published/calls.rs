//! Generates a program that calls every method of a client with values generated from the schemas.

use fastrand::Rng;
use quote::ToTokens;
use serde_json::{Value, json};
use syn::{Attribute, FnArg, Pat, ReturnType, TraitItem};

use afresh_openapi::Generated;

use crate::expression::expression;
use crate::schemas::Schemas;
use crate::values::Maker;

const TRIES: usize = 200;

/// The `calls` module for documents whose requests the mock server does not check.
pub(crate) const NONE: &str = "pub async fn all(_: &str) {}\n";

/// Returns the source code of `async fn all(url)`, which calls each trait method once and prints the failures.
pub(crate) fn program(schemas: &Schemas, generated: &Generated) -> String {
    let file = syn::parse_file(&generated.source).unwrap();
    let traits = file.items.iter().filter_map(|item| match item {
        syn::Item::Trait(item) => Some(item),
        _ => None,
    });
    let (mut functions, mut calls) = (String::new(), String::new());
    for api in traits {
        let client = format!("client::{}Client", api.ident);
        calls += &format!(
            "let client = {client}::builder(url).tokens(afresh::Tokens::new(\"secret\")).build().unwrap();\n"
        );
        for item in &api.items {
            let TraitItem::Fn(method) = item else { continue };
            let name = method.sig.ident.to_string();
            let route = generated.routes.iter().find(|route| {
                api.ident == route.api
                    && name.trim_start_matches("r#") == route.method.trim_start_matches("r#")
            });
            let operation = &route.unwrap().operation;
            let mut arguments = Arguments::new(schemas, operation);
            arguments.lost = generated
                .losses
                .iter()
                .filter(|loss| loss.place == *operation)
                .map(|loss| loss.reason.clone())
                .collect();
            let inputs: Vec<&syn::PatType> = method
                .sig
                .inputs
                .iter()
                .filter_map(|input| match input {
                    FnArg::Typed(input) => Some(input),
                    FnArg::Receiver(_) => None,
                })
                .collect();
            let values: Vec<String> = inputs.iter().map(|input| arguments.value(input)).collect();
            let label = format!("{}_{}", api.ident, name.trim_start_matches("r#"));
            functions += &format!(
                "async fn {label}(client: &{client}) -> Result<(), Failure> {{\nuse client::*;\n#[allow(unused_mut)]\n\
                 let mut answer = {}::{name}(client, {}).await?;\n{}\nOk(())\n}}\n",
                api.ident,
                values.join(", "),
                drain(&method.sig.output),
            );
            calls += &format!("report({operation:?}, {label}(&client)).await;\n");
        }
    }
    format!("{PREFACE}{functions}pub async fn all(url: &str) {{\n{calls}}}\n")
}

const PREFACE: &str = "\
#![allow(warnings)]
use crate::client;
use std::collections::BTreeMap;

type Failure = Box<dyn std::error::Error>;

fn decode<T: serde::de::DeserializeOwned>(value: &str) -> Result<T, Failure> {
    serde_json::from_str(value).map_err(|error| format!(\"not decoded: {error}: {value}\").into())
}

async fn report(operation: &str, call: impl std::future::Future<Output = Result<(), Failure>>) {
    match tokio::time::timeout(std::time::Duration::from_secs(60), call).await {
        Ok(Ok(())) => println!(\"ok {operation}\"),
        Ok(Err(error)) => println!(\"failed {operation}: {error:?}\"),
        Err(_) => println!(\"failed {operation}: it takes more than a minute\"),
    }
}

";

/// Returns a statement that reads the first element of a stream, because the client decodes a stream only while the
/// stream is read.
fn drain(output: &ReturnType) -> &'static str {
    let text = output.to_token_stream().to_string().replace(' ', "");
    let is_stream = ["afresh::Items<", "afresh::Pages<", "afresh::Lines<", "afresh::Events<"]
        .iter()
        .any(|kind| text.contains(kind));
    if is_stream { "if let Some(first) = answer.next().await { first?; }" } else { "" }
}

struct Arguments<'s> {
    schemas: &'s Schemas,
    operation: Value,
    params: Vec<Value>,
    maker: Maker<'s>,
    /// The parameters and bodies of the operation that the client cannot send.
    lost: Vec<String>,
}

impl<'s> Arguments<'s> {
    fn new(schemas: &'s Schemas, route: &str) -> Self {
        let (verb, path) = route.split_once(' ').unwrap();
        let item = schemas.resolve(&schemas.root["paths"][path]).clone();
        let operation = item[verb.to_lowercase()].clone();
        let all = [&operation["parameters"], &item["parameters"]];
        let all = all.into_iter().filter_map(Value::as_array).flatten();
        let params = all.map(|param| schemas.resolve(param).clone()).collect();
        let seed = route.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        let maker = Maker { root: &schemas.root, random: Rng::with_seed(seed) };
        Self { schemas, operation, params, maker, lost: Vec::new() }
    }

    fn value(&mut self, input: &syn::PatType) -> String {
        let Pat::Ident(ident) = &*input.pat else { panic!("{}", input.to_token_stream()) };
        let ident = ident.ident.to_string();
        let (place, label) = place(&input.attrs);
        let label = label.unwrap_or_else(|| ident.trim_start_matches("r#").to_owned());
        let value = self.json(&place, &label);
        expression(&input.ty, value.as_ref())
    }

    /// Returns the value of an argument, or `None` if the call omits the argument.
    fn json(&mut self, place: &str, label: &str) -> Option<Value> {
        let content = self.schemas.resolve(&self.operation["requestBody"])["content"].clone();
        let media = |is: fn(&str) -> bool| {
            let all = content.as_object().into_iter().flatten();
            all.into_iter().find(|(name, _)| is(name)).map(|(_, media)| media["schema"].clone())
        };
        match place {
            "json" => Some(self.make(&media(|name| name.contains("json") || name.contains('*'))?)),
            "form" => Some(self.make(&media(|name| name.contains("form-urlencoded"))?)),
            "part" => {
                let schema = self.schemas.whole(&media(|name| name.contains("multipart"))?);
                Some(self.make(&schema["properties"][label]))
            }
            "body" => Some(json!("a body")),
            "header" if label.eq_ignore_ascii_case("content-type") => {
                let kind = content.as_object()?.keys().find(|name| !name.contains('*'))?;
                let boundary = if kind.starts_with("multipart/") { "; boundary=between" } else { "" };
                Some(json!(format!("{kind}{boundary}")))
            }
            place => self.parameter(place, label),
        }
    }

    fn parameter(&mut self, place: &str, label: &str) -> Option<Value> {
        let plain = |text: &str| text.to_lowercase().replace(|sign: char| !sign.is_ascii_alphanumeric(), "");
        let whole = label.split('[').next().unwrap_or_default();
        let of = |is: &dyn Fn(&str) -> bool| {
            self.params
                .iter()
                .find(|param| param["in"] == place && is(param["name"].as_str().unwrap_or_default()))
        };
        let param = of(&|name| name == label)
            .or_else(|| of(&|name| name == whole))
            .or_else(|| of(&|name| plain(name) == plain(label)));
        let Some(param) = param.cloned() else {
            // If the document does not list a parameter, the parameter is the credential of a security scheme.
            return Some(json!("secret"));
        };
        let mut schema = param["content"]
            .as_object()
            .and_then(|content| content.values().next())
            .map_or(&param["schema"], |media| &media["schema"])
            .clone();
        if param["name"] != label && label.contains('[') {
            for key in
                label.split('[').skip(1).map(|key| key.trim_end_matches(']')).filter(|key| !key.is_empty())
            {
                schema = self.schemas.whole(&schema)["properties"][key].clone();
            }
        }
        let is_lost = self.lost.iter().any(|reason| reason.contains(&format!("parameter `{label}`")));
        if param["required"] != true && (is_lost || self.maker.random.u8(0..10) < 3) {
            return None;
        }
        Some(self.make(&schema))
    }

    /// Returns a valid value if the generator finds one within `TRIES` attempts, or an invalid value otherwise.
    fn make(&mut self, schema: &Value) -> Value {
        let valid = self.schemas.validator(schema);
        let mut value = Value::Null;
        for _ in 0..TRIES {
            value = self.maker.make(schema);
            if valid.is_valid(&value) {
                break;
            }
        }
        value
    }
}

/// Returns an argument's place in the request and, if the attribute contains a name, the argument's name in the
/// document.
fn place(attributes: &[Attribute]) -> (String, Option<String>) {
    let Some(attribute) = attributes.first() else { return ("path".to_owned(), None) };
    let place = attribute.path().get_ident().unwrap().to_string();
    (place, attribute.parse_args::<syn::LitStr>().ok().map(|label| label.value()))
}
