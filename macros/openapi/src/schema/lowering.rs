//! Converts schemas to types. The type of each schema is cached, keyed by the schema's reference or structure, so no
//! schema is converted twice.

use std::collections::BTreeMap;

use serde_json::Value;

use super::keyword::{self, is_nullable};
use super::profile::Profile;
use super::usage::{Mode, Usage};
use crate::document::{Document, last_step, schema_name};
use crate::model::{Kind, Ty, TypeDef, TypeId};
use crate::names::Scope;
use crate::report::Report;
use crate::settings::Settings;

/// The state of the conversion from schemas to types.
#[derive(Debug)]
pub(crate) struct Types<'d> {
    pub(crate) document: &'d Document,
    pub(crate) settings: &'d Settings,
    pub(crate) report: Report,
    pub(crate) scope: Scope,
    /// The operation or schema that is being converted, as named in the report of unsupported parts.
    pub(crate) place: String,
    pub(super) definitions: Vec<Option<TypeDef>>,
    pub(super) by_reference: BTreeMap<(String, Mode), Slot>,
    pub(super) by_shape: BTreeMap<(String, Mode), Lowered>,
    /// The type names of the document's named schemas, assigned in document order before any other type gets a name.
    pub(super) names: BTreeMap<String, String>,
    pub(super) usage: Usage,
    pub(super) profiles: BTreeMap<String, Profile>,
    pub(super) depth: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Lowered {
    pub(crate) ty: Ty,
    pub(crate) nullable: bool,
}

impl Lowered {
    pub(crate) fn of(ty: Ty) -> Self {
        Self { ty, nullable: false }
    }

    /// Returns the type, wrapped in an `Option` if the schema allows `null`.
    pub(crate) fn into_ty(self) -> Ty {
        if self.nullable { self.ty.optional() } else { self.ty }
    }
}

#[derive(Debug)]
pub(super) enum Slot {
    Building { id: TypeId, is_recursive: bool },
    Done(Lowered),
}

/// The result of converting a schema: an existing type, or a new definition without a name.
pub(super) enum Made {
    Ty(Ty),
    Definition(Kind),
}

impl<'d> Types<'d> {
    pub(crate) fn new(document: &'d Document, settings: &'d Settings) -> Self {
        let mut types = Self {
            document,
            settings,
            report: Report::default(),
            scope: Scope::of_types(),
            place: String::new(),
            definitions: Vec::new(),
            by_reference: BTreeMap::new(),
            by_shape: BTreeMap::new(),
            names: BTreeMap::new(),
            usage: Usage::of(document),
            profiles: BTreeMap::new(),
            depth: 0,
        };
        for (name, reference, _) in document.schemas() {
            let wanted = settings.rename.get(name).map_or(name, String::as_str);
            let name = types.scope.take_type(&[wanted]);
            types.names.insert(reference, name);
        }
        types
    }

    /// Converts all named schemas in document order.
    pub(crate) fn lower_named(&mut self) {
        for (name, reference, _) in self.document.schemas() {
            self.place = format!("schema {name}");
            for mode in self.usage.modes(&reference) {
                self.lower_reference(&reference, mode);
            }
        }
    }

    /// Returns the type of a schema. If the schema needs a new type, `hint` becomes the name of that type.
    pub(crate) fn lower(&mut self, schema: &Value, hint: &str, mode: Mode) -> Lowered {
        let mode = if self.usage.differs_inline(schema) { mode } else { Mode::Answer };
        let key = (keyword::without_annotations(schema), mode);
        if let Some(known) = self.by_shape.get(&key) {
            return known.clone();
        }
        let id = self.reserve();
        let (made, nullable) = self.shape(schema, hint, mode);
        let Made::Definition(kind) = made else {
            return match made {
                Made::Ty(ty) => Lowered { ty, nullable },
                Made::Definition(_) => Lowered::of(Ty::Value),
            };
        };
        let name = self.scope.take_type(&[hint]);
        self.define(id, name, schema, kind);
        let lowered = Lowered { ty: Ty::Named(id), nullable };
        self.by_shape.insert(key, lowered.clone());
        lowered
    }

    pub(super) fn lower_reference(&mut self, reference: &str, mode: Mode) -> Lowered {
        let known = schema_name(reference);
        if let Some(path) = known.as_ref().and_then(|name| self.settings.types.get(name)) {
            return Lowered::of(Ty::Own(path.clone()));
        }
        let Some(target) = self.document.target(reference) else { return Lowered::of(Ty::Value) };
        let mode = if self.usage.differs(reference) { mode } else { Mode::Answer };
        let key = (reference.to_owned(), mode);
        match self.by_reference.get_mut(&key) {
            Some(Slot::Done(lowered)) => return lowered.clone(),
            Some(Slot::Building { id, is_recursive }) => {
                *is_recursive = true;
                return Lowered { ty: Ty::Named(*id), nullable: is_nullable(target) };
            }
            None => {}
        }
        let id = self.reserve();
        self.by_reference.insert(key.clone(), Slot::Building { id, is_recursive: false });
        let is_second = mode == Mode::Request && self.usage.modes(reference).len() > 1;
        let suffix = if is_second { " Input" } else { "" };
        let reserved = self.names.get(reference).cloned();
        let hint = reserved.clone().unwrap_or_else(|| last_step(reference)) + suffix;
        let (made, nullable) = self.shape(target, &hint, mode);
        let is_recursive =
            matches!(self.by_reference.get(&key), Some(Slot::Building { is_recursive: true, .. }));
        let kind = match made {
            Made::Ty(ty) if !is_recursive => {
                let lowered = Lowered { ty, nullable };
                self.by_reference.insert(key, Slot::Done(lowered.clone()));
                return lowered;
            }
            // A schema that refers only to itself does not describe any values.
            Made::Ty(ty) if ty == Ty::Named(id) => Kind::Newtype(Ty::Value),
            Made::Ty(ty) => Kind::Newtype(ty),
            Made::Definition(kind) => kind,
        };
        let name = match reserved {
            Some(name) if !is_second => name,
            _ => self.scope.take_type(&[&hint]),
        };
        self.define(id, name, target, kind);
        let lowered = Lowered { ty: Ty::Named(id), nullable };
        self.by_reference.insert(key, Slot::Done(lowered.clone()));
        lowered
    }

    pub(super) fn reserve(&mut self) -> TypeId {
        self.definitions.push(None);
        TypeId(self.definitions.len() - 1)
    }

    pub(super) fn define(&mut self, id: TypeId, name: String, schema: &Value, kind: Kind) {
        let text = |key: &str| schema[key].as_str().unwrap_or_default();
        let docs = if text("description").is_empty() { text("title") } else { text("description") };
        let definition = TypeDef {
            name,
            docs: docs.to_owned(),
            deprecated: schema["deprecated"] == true,
            kind,
            is_sent: false,
            is_used: false,
        };
        if let Some(slot) = self.definitions.get_mut(id.0) {
            *slot = Some(definition);
        }
    }

    /// Adds a definition that does not come from a schema.
    pub(crate) fn add(&mut self, definition: TypeDef) -> Ty {
        let id = self.reserve();
        if let Some(slot) = self.definitions.get_mut(id.0) {
            *slot = Some(definition);
        }
        Ty::Named(id)
    }

    /// Returns the name of a type, or the name of the item type if the type is a list.
    pub(crate) fn name_of(&self, ty: &Ty) -> Option<&str> {
        match ty {
            Ty::Named(id) => self.definition(*id).map(|definition| &*definition.name),
            Ty::List(inner) | Ty::Optional(inner) | Ty::Boxed(inner) => self.name_of(inner),
            _ => None,
        }
    }

    pub(crate) fn definition(&self, id: TypeId) -> Option<&TypeDef> {
        self.definitions.get(id.0)?.as_ref()
    }

    /// Reports a part of the current operation or schema that the client does not support.
    pub(crate) fn lose(&mut self, reason: impl Into<String>) {
        self.report.push(&self.place, reason);
    }
}
