//! Writes methods as Rust source. No other file does.

use std::fmt::Write;

use crate::answer::USUAL;
use crate::method::{Method, Param};
use crate::naming::written;

/// The length of a line from which a signature is split.
const WIDTH: usize = 100;

/// The HTTP methods with their own attribute.
const ATTRIBUTES: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// The source of a trait. `about` are the paragraphs of its docs.
pub(crate) fn render(name: &str, about: &[String], methods: &[Method]) -> String {
    let mut out = String::new();
    let docs = paragraphs(about);
    let _ = write!(
        out,
        "{docs}#[afresh::api]\n#[header(\"accept\" = {USUAL:?})]\n#[allow(dead_code, clippy::too_many_arguments)]\n\
         pub trait {name} {{"
    );
    for (at, method) in methods.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { "\n\n" });
        for line in render_method(method).lines() {
            let _ = writeln!(out, "{}{line}", if line.is_empty() { "" } else { "    " });
        }
        out.truncate(out.trim_end().len());
    }
    out.push_str(if methods.is_empty() { "}\n" } else { "\n}\n" });
    out
}

fn render_method(method: &Method) -> String {
    let mut out = paragraphs(&method.docs);
    if method.deprecated {
        out.push_str("#[deprecated]\n");
    }
    if method.public {
        out.push_str("#[public]\n");
    }
    let path = literal(&method.path);
    let _ = match &*method.verb {
        verb if ATTRIBUTES.contains(&verb) => writeln!(out, "#[{verb}({path})]"),
        verb => writeln!(out, "#[request({}, {path})]", literal(&verb.to_uppercase())),
    };
    for constant in &method.constants {
        let (name, value) = (literal(&constant.name), literal(&constant.value));
        let _ = writeln!(out, "#[{}({name} = {value})]", constant.place);
    }
    let params: Vec<String> = method.params.iter().map(render_param).collect();
    let head = format!("async fn {}(", written(&method.name));
    let tail = format!(") -> afresh::Result<{}>;", method.answer);
    let inside = [vec!["&self".to_owned()], params].concat();
    let line = format!("{head}{}{tail}", inside.join(", "));
    if line.len() <= WIDTH - 4 {
        return out + &line + "\n";
    }
    let inside: String = inside.iter().map(|param| format!("    {param},\n")).collect();
    format!("{out}{head}\n{inside}{tail}\n")
}

fn render_param(param: &Param) -> String {
    let attribute = match (param.place, &param.label) {
        (None, _) => String::new(),
        (Some(place), None) => format!("#[{place}] "),
        (Some(place), Some(label)) => format!("#[{place}({})] ", literal(label)),
    };
    format!("{attribute}{}: {}", written(&param.name), param.ty)
}

fn paragraphs(docs: &[String]) -> String {
    docs.iter().map(|paragraph| format!("/// {paragraph}\n")).collect::<Vec<_>>().join("///\n")
}

fn literal(text: &str) -> String {
    format!("{text:?}")
}
