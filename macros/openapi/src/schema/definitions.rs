//! The set of all type definitions and the references between them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Kind, Ty, TypeDef, TypeId};

pub(crate) type Definitions = BTreeMap<TypeId, TypeDef>;

/// Returns the IDs of the definitions that a type refers to.
pub(crate) fn named(ty: &Ty) -> Vec<TypeId> {
    match ty {
        Ty::Named(id) => vec![*id],
        Ty::List(inner) | Ty::Map(inner) | Ty::Optional(inner) | Ty::Boxed(inner) | Ty::JsonText(inner) => {
            named(inner)
        }
        Ty::Separated(_, inner) | Ty::Members(_, _, inner) | Ty::Bracketed(inner) => named(inner),
        _ => Vec::new(),
    }
}

/// Returns the types of a definition's fields or variants.
pub(crate) fn parts(kind: &Kind) -> Vec<&Ty> {
    match kind {
        Kind::Struct { fields, rest } => fields.iter().map(|field| &field.ty).chain(rest).collect(),
        Kind::Texts { .. } => Vec::new(),
        Kind::Union { variants, .. } => variants.iter().map(|variant| &variant.ty).collect(),
        Kind::Newtype(inner) => vec![inner],
        Kind::Failure { variants } => variants.iter().filter_map(|(_, _, ty, _)| ty.as_ref()).collect(),
    }
}

pub(super) fn reachable(all: &Definitions, roots: impl IntoIterator<Item = TypeId>) -> BTreeSet<TypeId> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<TypeId> = roots.into_iter().collect();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            let parts = all.get(&id).map(|definition| parts(&definition.kind)).unwrap_or_default();
            open.extend(parts.into_iter().flat_map(named));
        }
    }
    seen
}
