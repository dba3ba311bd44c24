//! Generates the source code that a user would write for an API with many endpoints, for each way to define a client.

use std::fmt::Write;

use serde_json::{Map, Value, json};

/// A way to define a client for an API.
#[derive(Clone, Copy, PartialEq)]
pub enum Design {
    /// The request and response types without a client. The cost of the types is included in the cost of every design.
    TypesAlone,
    Afresh,
    ByHand,
    Progenitor,
    Feignhttp,
}

/// The request and response types of the endpoints: shared by all endpoints, or separate for each endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Types {
    Shared,
    Distinct,
}

#[derive(Clone)]
pub struct Source {
    pub program: String,
    /// The OpenAPI document, for designs that generate a client from a document.
    pub document: String,
    calls: String,
}

impl Default for Source {
    fn default() -> Self {
        Self { program: "fn main() {}\n".to_owned(), document: String::new(), calls: String::new() }
    }
}

impl Source {
    /// Returns the source code with a changed URL path for one endpoint.
    pub fn edited(mut self) -> Self {
        for text in [&mut self.program, &mut self.document] {
            *text = text.replace("/r10/", "/r10x/").replace("/r10\"", "/r10x\"");
        }
        self
    }

    /// Removes the code that calls the endpoints, because this code is the same in all designs.
    pub fn without_calls(mut self) -> Self {
        self.program = self.program.replace(&self.calls, "fn main() {}\n");
        self
    }
}

impl Design {
    pub const ALL: [Self; 5] =
        [Self::TypesAlone, Self::Afresh, Self::ByHand, Self::Progenitor, Self::Feignhttp];

    pub fn name(self) -> &'static str {
        match self {
            Self::TypesAlone => "types",
            Self::Afresh => "afresh",
            Self::ByHand => "reqwest",
            Self::Progenitor => "progenitor",
            Self::Feignhttp => "feignhttp",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::TypesAlone => "the types alone",
            Self::Afresh => "**afresh**",
            Self::ByHand => "reqwest functions by hand",
            Self::Progenitor => "progenitor, positional interface",
            Self::Feignhttp => "feignhttp",
        }
    }

    pub fn source(self, endpoints: usize, types: Types) -> Source {
        let endpoints: Vec<Endpoint> = (0..endpoints).map(|number| Endpoint::of(number, types)).collect();
        let client = match self {
            Self::TypesAlone => String::new(),
            Self::Afresh => afresh(&endpoints),
            Self::ByHand => by_hand(&endpoints),
            Self::Progenitor => "progenitor::generate_api!(\"api.json\");\n\n".to_owned(),
            Self::Feignhttp => feignhttp(&endpoints),
        };
        let types = if self == Self::Progenitor { String::new() } else { structs(&endpoints) };
        let calls =
            if self == Self::TypesAlone { "fn main() {}\n".to_owned() } else { self.calls(&endpoints) };
        let document = if self == Self::Progenitor { document(&endpoints) } else { String::new() };
        Source { program: format!("#![allow(dead_code)]\n\n{types}{client}{calls}"), document, calls }
    }

    fn calls(self, endpoints: &[Endpoint]) -> String {
        let api = match self {
            Self::TypesAlone | Self::ByHand => "Api",
            Self::Afresh => "ApiClient",
            Self::Progenitor => "Client",
            Self::Feignhttp => "Api",
        };
        let new = match self {
            Self::TypesAlone | Self::ByHand => "Api::new(\"http://127.0.0.1:1\")",
            Self::Afresh => "ApiClient::builder(\"http://127.0.0.1:1\").build().unwrap()",
            Self::Progenitor => "Client::new(\"http://127.0.0.1:1\")",
            Self::Feignhttp => "Api::builder().build().unwrap()",
        };
        let mut text = "type Calling<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;\n\n".to_owned();
        let mut names = String::new();
        for Endpoint { number, request, shape, .. } in endpoints {
            let body = match self {
                Self::Feignhttp => format!("{request}::default()"),
                Self::Progenitor => format!("&types::{request}::default()"),
                _ => format!("&{request}::default()"),
            };
            let arguments = match (shape, self) {
                (Shape::Get, Self::Progenitor) => "7, 2, \"tea\"".to_owned(),
                (Shape::Get, _) => "7, \"tea\", 2".to_owned(),
                (Shape::List, Self::Progenitor) => "2, \"tea\"".to_owned(),
                (Shape::List, _) => "\"tea\", 2".to_owned(),
                (Shape::Post, _) => body,
                (Shape::Put, _) => format!("7, {body}"),
                (Shape::Delete, _) => "7".to_owned(),
            };
            let _ = write!(
                text,
                "fn call_{number}(api: &{api}) -> Calling<'_> {{\n    \
                 Box::pin(async move {{ let _ = std::hint::black_box(api.r{number}({arguments}).await); }})\n}}\n\n"
            );
            let _ = write!(names, "call_{number}, ");
        }
        let count = endpoints.len();
        let _ = write!(
            text,
            "fn main() {{\n    let api = {new};\n    let calls: [fn(&{api}) -> Calling<'_>; {count}] = [{names}];\n    \
             for call in calls {{\n        std::hint::black_box(call(&api));\n    }}\n}}\n"
        );
        text
    }
}

#[derive(Clone, Copy)]
enum Shape {
    Get,
    List,
    Post,
    Put,
    Delete,
}

struct Endpoint {
    number: usize,
    shape: Shape,
    request: String,
    answer: String,
}

impl Endpoint {
    fn of(number: usize, types: Types) -> Self {
        let shape = [Shape::Get, Shape::List, Shape::Post, Shape::Put, Shape::Delete][number % 5];
        let suffix = if types == Types::Shared { String::new() } else { number.to_string() };
        Self { number, shape, request: format!("Request{suffix}"), answer: format!("Answer{suffix}") }
    }

    fn returned(&self) -> String {
        match self.shape {
            Shape::List => format!("Vec<{}>", self.answer),
            Shape::Delete => "()".to_owned(),
            _ => self.answer.clone(),
        }
    }

    fn path(&self) -> String {
        match self.shape {
            Shape::List | Shape::Post => format!("/r{}", self.number),
            _ => format!("/r{}/{{id}}", self.number),
        }
    }

    fn verb(&self) -> &'static str {
        match self.shape {
            Shape::Get | Shape::List => "get",
            Shape::Post => "post",
            Shape::Put => "put",
            Shape::Delete => "delete",
        }
    }
}

fn structs(endpoints: &[Endpoint]) -> String {
    let mut text = "use serde::{Deserialize, Serialize};\n\n".to_owned();
    let mut known = None;
    for Endpoint { request, answer, .. } in endpoints {
        if known == Some(request) {
            continue;
        }
        known = Some(request);
        let fields = "    pub name: String,\n    pub note: Option<String>,\n    pub amount: i64,\n    \
                      pub express: bool,\n    pub tags: Vec<String>,\n";
        let _ = write!(
            text,
            "#[derive(Clone, Debug, Default, Deserialize, Serialize)]\npub struct {request} {{\n{fields}}}\n\n\
             #[derive(Clone, Debug, Default, Deserialize, Serialize)]\npub struct {answer} {{\n    pub id: i64,\n{fields}}}\n\n"
        );
    }
    text
}

fn afresh(endpoints: &[Endpoint]) -> String {
    let mut text = "#[afresh::api]\npub trait Api {\n    #[refresh]\n    #[post(\"/refresh\")]\n    async fn refresh(&self, \
                    #[json(\"refresh_token\")] token: afresh::RefreshToken) -> afresh::Result<afresh::Tokens>;\n"
        .to_owned();
    for endpoint in endpoints {
        let Endpoint { number, shape, request, .. } = endpoint;
        let parameters = match shape {
            Shape::Get => "id: i64, #[query] q: &str, #[query] page: i64".to_owned(),
            Shape::List => "#[query] q: &str, #[query] page: i64".to_owned(),
            Shape::Post => format!("#[json] body: &{request}"),
            Shape::Put => format!("id: i64, #[json] body: &{request}"),
            Shape::Delete => "id: i64".to_owned(),
        };
        let (verb, path, returned) = (endpoint.verb(), endpoint.path(), endpoint.returned());
        let _ = write!(
            text,
            "\n    #[{verb}(\"{path}\")]\n    async fn r{number}(&self, {parameters}) -> afresh::Result<{returned}>;\n"
        );
    }
    text + "}\n\n"
}

fn feignhttp(endpoints: &[Endpoint]) -> String {
    let mut text = "use feignhttp::FeignClientBuilder as _;\n\n#[feignhttp::feign(url = \"http://127.0.0.1:1\")]\npub trait \
                    Api {\n"
        .to_owned();
    for endpoint in endpoints {
        let Endpoint { number, shape, request, .. } = endpoint;
        let parameters = match shape {
            Shape::Get => "#[path] id: i64, #[query] q: &str, #[query] page: i64".to_owned(),
            Shape::List => "#[query] q: &str, #[query] page: i64".to_owned(),
            Shape::Post => format!("#[body] body: {request}"),
            Shape::Put => format!("#[path] id: i64, #[body] body: {request}"),
            Shape::Delete => "#[path] id: i64".to_owned(),
        };
        let (verb, path, returned) = (endpoint.verb(), endpoint.path(), endpoint.returned());
        let _ = write!(
            text,
            "\n    #[{verb}(\"{path}\")]\n    async fn r{number}(&self, {parameters}) -> feignhttp::Result<{returned}>;\n"
        );
    }
    text + "}\n\n"
}

fn by_hand(endpoints: &[Endpoint]) -> String {
    let mut text = "pub struct Api {\n    http: reqwest::Client,\n    base: String,\n    token: String,\n}\n\nimpl Api {\n    \
                    pub fn new(base: &str) -> Self {\n        Self { http: reqwest::Client::new(), base: base.to_owned(), \
                    token: \"token\".to_owned() }\n    }\n"
        .to_owned();
    for endpoint in endpoints {
        let Endpoint { number, shape, request, .. } = endpoint;
        let (parameters, more) = match shape {
            Shape::Get => {
                ("id: i64, q: &str, page: i64".to_owned(), ".query(&[(\"q\", q)]).query(&[(\"page\", page)])")
            }
            Shape::List => {
                ("q: &str, page: i64".to_owned(), ".query(&[(\"q\", q)]).query(&[(\"page\", page)])")
            }
            Shape::Post => (format!("body: &{request}"), ".json(body)"),
            Shape::Put => (format!("id: i64, body: &{request}"), ".json(body)"),
            Shape::Delete => ("id: i64".to_owned(), ""),
        };
        let (verb, path, returned) = (endpoint.verb(), endpoint.path(), endpoint.returned());
        let read = if returned == "()" { ";\n        Ok(())" } else { ".json().await" };
        let _ = write!(
            text,
            "\n    pub async fn r{number}(&self, {parameters}) -> reqwest::Result<{returned}> {{\n        \
             self.http.{verb}(format!(\"{{}}{path}\", self.base)){more}.bearer_auth(&self.token).send().await?\
             .error_for_status()?{read}\n    }}\n"
        );
    }
    text + "}\n\n"
}

fn document(endpoints: &[Endpoint]) -> String {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for endpoint in endpoints {
        let Endpoint { number, shape, request, answer } = endpoint;
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let content = |schema: Value| json!({ "application/json": { "schema": schema } });
        let parameter = |name: &str, place: &str, kind: &str| json!({ "name": name, "in": place, "required": true, "schema": { "type": kind, "format": "int64" } });
        let (id, page) = (parameter("id", "path", "integer"), parameter("page", "query", "integer"));
        let q = json!({ "name": "q", "in": "query", "required": true, "schema": { "type": "string" } });
        let parameters = match shape {
            Shape::Get => vec![id, q, page],
            Shape::List => vec![q, page],
            Shape::Post => vec![],
            Shape::Put | Shape::Delete => vec![id],
        };
        let responses = match shape {
            Shape::List => {
                json!({ "200": { "description": "", "content": content(json!({ "type": "array", "items": reference(answer) })) } })
            }
            Shape::Delete => json!({ "204": { "description": "" } }),
            _ => json!({ "200": { "description": "", "content": content(reference(answer)) } }),
        };
        let mut operation =
            json!({ "operationId": format!("r{number}"), "parameters": parameters, "responses": responses });
        if matches!(shape, Shape::Post | Shape::Put) {
            operation["requestBody"] = json!({ "required": true, "content": content(reference(request)) });
        }
        paths.insert(endpoint.path(), json!({ endpoint.verb(): operation }));
        for (name, with_id) in [(request, false), (answer, true)] {
            schemas.insert(name.clone(), schema(with_id));
        }
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "Api", "version": "1.0.0" },
        "paths": paths,
        "components": { "schemas": schemas },
    });
    document.to_string()
}

fn schema(with_id: bool) -> Value {
    let integer = json!({ "type": "integer", "format": "int64" });
    let text = json!({ "type": "string" });
    let mut properties = json!({
        "name": text, "note": text, "amount": integer, "express": { "type": "boolean" },
        "tags": { "type": "array", "items": text },
    });
    if with_id {
        properties["id"] = integer;
    }
    // None of the schema's properties are required, so the generated type has a default value, like the types in the
    // other designs.
    json!({ "type": "object", "properties": properties })
}
