//! Writes the model as a Rust source file. Only this module and its submodules generate Rust source.

mod definition;
mod layout;
mod method;

pub(crate) use self::layout::normal;
use crate::docs::one_line;
use crate::error::Error;
use crate::helper_types;
use crate::model::{DateTy, Trait, Ty};
use crate::operation::Login;
use crate::report::Loss;
use crate::schema::Definitions;

/// The input for one generated file.
#[derive(Debug)]
pub(crate) struct Writer<'w> {
    pub(crate) definitions: &'w Definitions,
    pub(crate) traits: &'w [Trait],
    pub(crate) logins: &'w [Login],
    /// The source of the function that creates the credential.
    pub(crate) function: Option<String>,
    /// The document's title, version, and file name.
    pub(crate) about: String,
    pub(crate) server: Option<&'w str>,
    /// Instructions for passing a credential to the client.
    pub(crate) advice: Option<String>,
    pub(crate) losses: &'w [Loss],
}

#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) source: String,
    pub(crate) needs: Vec<String>,
}

impl Writer<'_> {
    pub(crate) fn write(&self) -> Result<Written, Error> {
        let mut items = String::new();
        if let Some(server) = self.server {
            items += "/// The URL of the first server in the document.\n#[allow(dead_code)]\n";
            items += &format!("pub const BASE_URL: &str = {server:?};\n");
        }
        items.extend(self.traits.iter().map(|api| self.api(api)));
        items.extend(self.logins.iter().map(|login| login.source.as_str()));
        items.extend(self.function.as_deref());
        items.extend(self.definitions.values().map(|definition| self.definition(definition)));
        items += &helper_types::of(&items);
        let mut uses = String::new();
        if items.contains("BTreeMap<") {
            uses += "use std::collections::BTreeMap;\n\n";
        }
        let imported: Vec<&str> = [
            ("Deserialize", ["Deserialize,", "Deserialize<"]),
            ("Serialize", ["Serialize)", "Serialize for"]),
        ]
        .into_iter()
        .filter(|(_, words)| words.iter().any(|word| items.contains(word)))
        .map(|(name, _)| name)
        .collect();
        match imported.as_slice() {
            [] => {}
            [one] => uses += &format!("use serde::{one};\n"),
            several => uses += &format!("use serde::{{{}}};\n", several.join(", ")),
        }
        let needs = needs(&items, !imported.is_empty());
        let source = layout::lay_out(&self.head(&needs), &uses, &items)?;
        Ok(Written { source, needs })
    }

    fn head(&self, needs: &[String]) -> String {
        let mut head = format!(
            "// {}\n// @generated: make changes in `afresh-openapi.toml`, not in this file.\n//\n",
            self.about
        );
        head += &format!("// Cargo.toml: {}.\n", needs.join(", "));
        let mut ways: Vec<&str> = self.logins.iter().map(|login| &*login.advice).collect();
        ways.extend(self.advice.as_deref());
        for (at, way) in ways.into_iter().enumerate() {
            head += &format!("// {} {way}.\n", if at == 0 { "Credential:" } else { "Or:" });
        }
        if self.losses.is_empty() {
            return head + "// This client supports the whole document.\n";
        }
        head += &format!(
            "//\n// The client does not support these parts of the document ({}):\n",
            self.losses.len()
        );
        for loss in self.losses {
            head += &format!("// - {}\n", one_line(&loss.to_string()));
        }
        head
    }

    pub(crate) fn ty(&self, ty: &Ty) -> String {
        match ty {
            Ty::Unit => "()".to_owned(),
            Ty::Bool => "bool".to_owned(),
            Ty::I32 => "i32".to_owned(),
            Ty::I64 => "i64".to_owned(),
            Ty::U32 => "u32".to_owned(),
            Ty::U64 => "u64".to_owned(),
            Ty::F64 => "f64".to_owned(),
            Ty::String => "String".to_owned(),
            Ty::Date(DateTy::DateTime) => "jiff::Timestamp".to_owned(),
            Ty::Date(DateTy::Date) => "jiff::civil::Date".to_owned(),
            Ty::Value => "serde_json::Value".to_owned(),
            Ty::List(item) => format!("Vec<{}>", self.ty(item)),
            Ty::Map(item) => format!("BTreeMap<String, {}>", self.ty(item)),
            Ty::Optional(inner) => format!("Option<{}>", self.ty(inner)),
            Ty::Boxed(inner) => format!("Box<{}>", self.ty(inner)),
            Ty::Named(id) => self
                .definitions
                .get(id)
                .map_or_else(|| "serde_json::Value".to_owned(), |definition| definition.name.clone()),
            Ty::Own(path) => path.clone(),
            Ty::Members(separator, between, of) => {
                format!("{}<{}>", helper_types::members(*separator, *between), self.ty(of))
            }
            Ty::Separated(separator, item) => format!("{}<{}>", separator.name(), self.ty(item)),
            Ty::JsonText(inner) => format!("JsonText<{}>", self.ty(inner)),
            Ty::Bracketed(inner) => format!("Bracketed<{}>", self.ty(inner)),
        }
    }
}

fn needs(items: &str, has_types: bool) -> Vec<String> {
    let has_login = items.contains("afresh::oauth2::App");
    let mut needs = vec![if has_login { "`afresh` with `login`" } else { "`afresh`" }.to_owned()];
    if has_types {
        needs.push("`serde` with `derive`".to_owned());
    }
    if items.contains("serde_json::") {
        needs.push("`serde_json`".to_owned());
    }
    if items.contains("jiff::") {
        needs.push("`jiff` with `serde`".to_owned());
    }
    needs
}
