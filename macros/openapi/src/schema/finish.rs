//! What needs all definitions: boxes where types contain themselves, tags that only a union needs, what is never used.

use std::collections::{BTreeMap, BTreeSet};

use super::lowering::{Slot, Types};
use super::usage::Mode;
use crate::model::{Kind, Tagging, Ty, TypeDef, TypeId};

/// The types of all operations.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) sent: Vec<Ty>,
    pub(crate) received: Vec<Ty>,
    /// Types of values that callers encode themselves: they are sent, and no method names them.
    pub(crate) by_hand: Vec<Ty>,
}

/// The definitions that are written, by their ids.
pub(crate) type Definitions = BTreeMap<TypeId, TypeDef>;

impl Types<'_> {
    /// The definitions that operations or named schemas use.
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
        drop_tags(&mut all, &direct);
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
    /// A type that is sent and received has one way of saying that a member is not there.
    fn report_nulls(&mut self, definition: &TypeDef) {
        let Kind::Struct { fields, .. } = &definition.kind else { return };
        let nullable = fields.iter().filter(|field| field.nullable);
        let names: Vec<String> = nullable.map(|field| format!("`{}`", field.key)).collect();
        if !names.is_empty() {
            let place = format!("type {}", definition.name);
            let reason = format!("{} cannot be sent as `null`: `None` is left out", names.join(", "));
            self.report.push(&place, reason);
        }
    }

    /// The types of the document's own schemas, as answers have them.
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

/// The definitions that a type names.
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

/// The types that a definition is made of.
pub(crate) fn parts(kind: &Kind) -> Vec<&Ty> {
    match kind {
        Kind::Struct { fields, rest } => fields.iter().map(|field| &field.ty).chain(rest).collect(),
        Kind::Texts { .. } => Vec::new(),
        Kind::Union { variants, .. } => variants.iter().map(|variant| &variant.ty).collect(),
        Kind::Newtype(inner) => vec![inner],
        Kind::Failure { variants } => variants.iter().filter_map(|(_, _, ty, _)| ty.as_ref()).collect(),
    }
}

fn reachable(all: &Definitions, roots: impl IntoIterator<Item = TypeId>) -> BTreeSet<TypeId> {
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

/// What is sent alone may say `null`, which clears a member, or nothing, which leaves it.
fn tell_null_from_absence(kind: &mut Kind) {
    let Kind::Struct { fields, .. } = kind else { return };
    for field in fields.iter_mut().filter(|field| field.nullable) {
        field.ty = Ty::Optional(Box::new(field.ty.clone()));
    }
}

/// The member of a union that tells its variants apart, and the values of one variant.
type Tag = (String, Vec<String>);

/// Where structs are used by unions alone, the union's tag takes the place of their member.
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
    // A struct of two unions needs both of them to have the tag.
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

/// Puts a `Box` around each field through which a type would contain itself by value.
fn put_boxes(all: &mut Definitions) {
    let edges: BTreeMap<TypeId, Vec<TypeId>> = all
        .iter()
        .map(|(id, definition)| (*id, parts(&definition.kind).into_iter().filter_map(held).collect()))
        .collect();
    let component = components(&edges);
    for (id, definition) in all.iter_mut() {
        let is_in_circle = |ty: &Ty| {
            held(ty).is_some_and(|held| {
                component.get(&held) == component.get(id)
                    && (held != *id || edges.get(id).is_some_and(|own| own.contains(id)))
            })
        };
        let own: Vec<&mut Ty> = match &mut definition.kind {
            Kind::Struct { fields, rest } => {
                fields.iter_mut().map(|field| &mut field.ty).chain(rest).collect()
            }
            Kind::Union { variants, .. } => variants.iter_mut().map(|variant| &mut variant.ty).collect(),
            Kind::Newtype(inner) => vec![inner],
            Kind::Texts { .. } | Kind::Failure { .. } => Vec::new(),
        };
        for ty in own {
            if is_in_circle(ty) {
                put_box(ty);
            }
        }
    }
}

fn put_box(ty: &mut Ty) {
    match ty {
        Ty::Optional(inner) => put_box(inner),
        other => *other = Ty::Boxed(Box::new(other.clone())),
    }
}

/// The definition that a type holds by value.
fn held(ty: &Ty) -> Option<TypeId> {
    match ty {
        Ty::Named(id) => Some(*id),
        Ty::Optional(inner) => held(inner),
        _ => None,
    }
}

/// The strongly connected component of each node, by Tarjan's algorithm without recursion.
fn components(edges: &BTreeMap<TypeId, Vec<TypeId>>) -> BTreeMap<TypeId, usize> {
    #[derive(Default)]
    struct State {
        index: BTreeMap<TypeId, usize>,
        low: BTreeMap<TypeId, usize>,
        stack: Vec<TypeId>,
        component: BTreeMap<TypeId, usize>,
    }
    let mut state = State::default();
    for start in edges.keys() {
        if state.index.contains_key(start) {
            continue;
        }
        let mut work = vec![(*start, 0_usize)];
        while let Some((node, at)) = work.pop() {
            if at == 0 {
                let index = state.index.len();
                state.index.insert(node, index);
                state.low.insert(node, index);
                state.stack.push(node);
            }
            let next = edges.get(&node).and_then(|next| next.get(at)).copied();
            if let Some(next) = next {
                work.push((node, at + 1));
                if !state.index.contains_key(&next) {
                    work.push((next, 0));
                }
                continue;
            }
            let mut low = state.index.get(&node).copied().unwrap_or_default();
            for next in edges.get(&node).into_iter().flatten() {
                if !state.component.contains_key(next) {
                    low = low.min(state.low.get(next).copied().unwrap_or(low));
                }
            }
            state.low.insert(node, low);
            if state.index.get(&node) == Some(&low) {
                let number = state.component.len();
                while let Some(member) = state.stack.pop() {
                    state.component.insert(member, number);
                    if member == node {
                        break;
                    }
                }
            }
        }
    }
    state.component
}
