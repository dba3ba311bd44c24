//! Converts a struct that derives `AsTokens` into a [`TokenStruct`], one attribute at a time.

use syn::{DataStruct, DeriveInput, Member};

use super::field_path::lower_path;
use super::model::{Found, PARTS, Source, TokenStruct};
use crate::derive::helper_attribute::{Helper, any_misspelled, lower_runtime};
use crate::diag::{Diagnostics, expected};
use crate::names;
use crate::syntax::{Argument, Value, ValueKind};

const HELPER: &[&str] = &["tokens"];
const ON_STRUCT: &str = "#[tokens(access = \"data.access_token\")]";
const ON_FIELD: &str = "#[tokens(access)]";

/// A field, and the name that error messages use for the field.
struct Field<'s> {
    member: Member,
    name: String,
    source: &'s syn::Field,
}

pub(super) fn lower_struct<'s>(
    item: &'s DeriveInput,
    data: &'s DataStruct,
    diag: &mut Diagnostics,
) -> TokenStruct<'s> {
    let mut found = TokenStruct { name: names::plain(&item.ident), ..TokenStruct::default() };
    let mut has_runtime = false;
    for helper in Helper::parse_all(&item.attrs, HELPER, diag) {
        for argument in helper.arguments(ON_STRUCT, diag) {
            if argument.key().word().as_deref() == Some("crate") {
                lower_crate(&mut found, &argument, has_runtime, diag);
                has_runtime = true;
            } else {
                found.add(lower_part(&argument, None, diag));
            }
        }
    }
    found.at = Some(diag.locate(&item.ident));
    for (member, source) in data.fields.members().zip(&data.fields) {
        let name = match &member {
            Member::Named(name) => names::plain(name),
            Member::Unnamed(index) => index.index.to_string(),
        };
        let field = Field { member, name, source };
        for helper in Helper::parse_all(&source.attrs, HELPER, diag) {
            let arguments = helper.arguments(ON_FIELD, diag);
            found.is_incomplete |= arguments.is_empty();
            for argument in arguments {
                found.add(lower_part(&argument, Some(&field), diag));
            }
        }
        found.is_incomplete |= any_misspelled(&source.attrs, HELPER);
        found.fields.push(field.name);
    }
    found
}

impl<'s> TokenStruct<'s> {
    /// Adds `part`, or marks the struct as incomplete if `part` is `None` because an argument is invalid.
    fn add(&mut self, part: Option<Found<'s>>) {
        self.is_incomplete |= part.is_none();
        self.parts.extend(part);
    }
}

fn lower_crate(found: &mut TokenStruct, argument: &Argument, is_duplicate: bool, diag: &mut Diagnostics) {
    let at = argument.key().at;
    if is_duplicate {
        diag.push(at, "duplicate argument `crate`");
        return;
    }
    match lower_runtime(argument) {
        Some(runtime) => found.runtime = runtime,
        None => diag.push(at, "argument `crate` must be written `crate = path::to::afresh`"),
    }
}

/// Reads `access` on a field, or `access = "data.access_token"` on a field or the struct.
fn lower_part<'s>(
    argument: &Argument,
    field: Option<&Field<'s>>,
    diag: &mut Diagnostics,
) -> Option<Found<'s>> {
    let key = argument.key();
    let known = known(field.is_none());
    let Some(word) = key.word() else {
        diag.push(key.at, format_args!("unknown argument, {}", expected(&known)));
        return None;
    };
    let Some((name, part)) = PARTS.iter().find(|(name, _)| *name == word) else {
        diag.push_unknown(key.at, "argument", &word, &known);
        return None;
    };
    let source = match (argument, field) {
        (Argument::Single(_), Some(field)) => Source::Field(field.member.clone(), &field.source.ty),
        (Argument::Pair(_, Value { kind: ValueKind::Text(text), at }), _) => {
            Source::Path(lower_path(text, *at, field.map(|field| field.name.as_str()), diag)?)
        }
        (_, field) => {
            push_wrong_form(argument, name, field.is_some(), diag);
            return None;
        }
    };
    Some(Found { part: *part, at: key.at, source })
}

fn known(on_struct: bool) -> Vec<&'static str> {
    let parts = PARTS.iter().map(|(name, _)| *name);
    parts.chain(on_struct.then_some("crate")).collect()
}

fn push_wrong_form(argument: &Argument, name: &str, on_field: bool, diag: &mut Diagnostics) {
    let path = format!("`{name} = \"data.{name}\"`");
    let forms = if on_field { format!("`{name}` or {path}") } else { path };
    diag.push(argument.key().at, format_args!("argument `{name}` must be written {forms}"));
}
