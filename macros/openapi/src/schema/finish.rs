//! Finalizes the type definitions: drops redundant tags, boxes recursive types, adjusts nullable properties, and
//! removes unused types.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::put_boxes;
use super::definitions::{Definitions, named, parts, reachable};
use super::lowering::{Slot, Types};
use super::usage::Mode;
use crate::model::{Kind, Tagging, Ty, TypeDef, TypeId};

/// The types that operations send and receive.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) sent: Vec<Ty>,
    pub(crate) received: Vec<Ty>,
    /// The types of the parts of multipart bodies. Callers encode multipart parts themselves, so the types of the parts
    /// do not occur in method signatures.
    pub(crate) by_hand: Vec<Ty>,
}

impl Types<'_> {
    /// Returns the definitions that operations or named schemas use.
    pub(crate) fn finish(&mut self, traffic: &Traffic) -> Definitions {
        let Traffic { sent, received, by_hand } = traffic;
        let mut all: Definitions = BTreeMap::new();
        for (at, slot) in std::mem::take(&mut self.definitions).into_iter().enumerate() {
            all.extend(slot.map(|definition| (TypeId(at), definition)));
        }
        let mut roots: Vec<TypeId> = sent.iter().chain(received).flat_map(named).collect();
        let direct: BTreeSet<TypeId> = roots.iter().copied().collect();
        for ((reference, _), slot) in &self.by_reference {
            match slot {
                Slot::Done(lowered) if self.names.contains_key(reference) => roots.extend(named(&lowered.ty)),
                _ => {}
            }
        }
        let alone = direct.iter().copied().chain(by_hand.iter().flat_map(named)).collect();
        drop_tags(&mut all, &alone);
        put_boxes(&mut all);
        roots.extend(by_hand.iter().flat_map(named));
        for id in reachable(&all, sent.iter().chain(by_hand).flat_map(named)) {
            if let Some(definition) = all.get_mut(&id) {
                definition.is_sent = true;
            }
        }
        let is_received = reachable(&all, received.iter().flat_map(named));
        for (id, definition) in all.iter_mut().filter(|(_, definition)| definition.is_sent) {
            if is_received.contains(id) {
                self.report_nulls(definition);
            } else {
                tell_null_from_absence(&mut definition.kind);
            }
        }
        for id in reachable(&all, direct) {
            if let Some(definition) = all.get_mut(&id) {
                definition.is_used = true;
            }
        }
        let used = reachable(&all, roots);
        all.retain(|id, _| used.contains(id));
        all
    }
}

impl Types<'_> {
    /// Reports each nullable optional property of a type that is both sent and received, because such a type cannot
    /// distinguish `null` from an absent property.
    fn report_nulls(&mut self, definition: &TypeDef) {
        let Kind::Struct { fields, .. } = &definition.kind else { return };
        let nullable = fields.iter().filter(|field| field.nullable);
        let names: Vec<String> = nullable.map(|field| format!("`{}`", field.key)).collect();
        if !names.is_empty() {
            let place = format!("type {}", definition.name);
            let reason = format!(
                "{} cannot be sent as `null`, because the client leaves out `None`",
                names.join(", ")
            );
            self.report.push(&place, reason);
        }
    }

    /// Returns the name of each named schema in the document, and the Rust type that represents the schema in
    /// responses.
    pub(crate) fn named_types(&self) -> Vec<(String, Ty)> {
        let all = self.document.schemas();
        let all = all.filter_map(|(name, reference, _)| {
            match self.by_reference.get(&(reference, Mode::Answer))? {
                Slot::Done(lowered) => Some((name.to_owned(), lowered.clone().into_ty())),
                Slot::Building { .. } => None,
            }
        });
        all.collect()
    }
}

/// Changes nullable optional properties to `Option<Option<T>>` in types that the client sends but never receives.
/// Sending `null` clears a value on the server, but an absent property leaves the value unchanged.
fn tell_null_from_absence(kind: &mut Kind) {
    let Kind::Struct { fields, .. } = kind else { return };
    for field in fields.iter_mut().filter(|field| field.nullable) {
        field.ty = Ty::Optional(Box::new(field.ty.clone()));
    }
}

/// The property that distinguishes the variants of a union, and the property's values for one variant.
type Tag = (String, Vec<String>);

/// Removes the tag property from structs that only unions use, because serde writes the tag for the union.
fn drop_tags(all: &mut Definitions, direct: &BTreeSet<TypeId>) {
    let mut uses: BTreeMap<TypeId, Vec<Option<Tag>>> = BTreeMap::new();
    for definition in all.values() {
        match &definition.kind {
            Kind::Union { variants, tagging: Tagging::Member(member) } => {
                for variant in variants {
                    let is_named = matches!(variant.ty, Ty::Named(_));
                    let tag = is_named.then(|| (member.clone(), variant.tags.clone()));
                    named(&variant.ty)
                        .into_iter()
                        .for_each(|id| uses.entry(id).or_default().push(tag.clone()));
                }
            }
            kind => {
                parts(kind).into_iter().flat_map(named).for_each(|id| uses.entry(id).or_default().push(None));
            }
        }
    }
    let may_drop = |all: &Definitions, ty: &Ty, member: &str, tags: &[String]| {
        let Ty::Named(id) = ty else { return false };
        let Some(Kind::Struct { fields, .. }) = all.get(id).map(|definition| &definition.kind) else {
            return false;
        };
        let same = uses.get(id).is_some_and(|uses| {
            uses.iter().all(|one| one.as_ref().is_some_and(|(key, own)| key == member && own == tags))
        });
        tags.len() == 1
            && same
            && !direct.contains(id)
            && fields.iter().any(|field| field.key == member && field.required)
    };
    let mut internal = BTreeSet::new();
    for (id, definition) in all.iter() {
        if let Kind::Union { variants, tagging: Tagging::Member(member) } = &definition.kind
            && variants.iter().all(|variant| may_drop(all, &variant.ty, member, &variant.tags))
        {
            internal.insert(*id);
        }
    }
    // A struct that belongs to two unions loses its tag only if both unions write the tag.
    let is_shared = |all: &Definitions, union: &TypeId, internal: &BTreeSet<TypeId>| {
        let members: Vec<TypeId> = all
            .get(union)
            .map(|definition| parts(&definition.kind).into_iter().flat_map(named).collect())
            .unwrap_or_default();
        all.iter().any(|(other, definition)| {
            !internal.contains(other)
                && parts(&definition.kind).into_iter().flat_map(named).any(|id| members.contains(&id))
        })
    };
    loop {
        let shared: Vec<TypeId> =
            internal.iter().copied().filter(|union| is_shared(all, union, &internal)).collect();
        if shared.is_empty() {
            break;
        }
        shared.iter().for_each(|union| {
            internal.remove(union);
        });
    }
    for union in internal {
        let Some(definition) = all.get_mut(&union) else { continue };
        let Kind::Union { variants, tagging } = &mut definition.kind else { continue };
        let Tagging::Member(member) = tagging.clone() else { continue };
        *tagging = Tagging::Internal(member.clone());
        let ids: Vec<TypeId> = variants.iter().flat_map(|variant| named(&variant.ty)).collect();
        for id in ids {
            if let Some(Kind::Struct { fields, .. }) = all.get_mut(&id).map(|definition| &mut definition.kind)
            {
                fields.retain(|field| field.key != member);
            }
        }
    }
}
