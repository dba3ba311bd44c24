//! Adds a `Box` where a type would otherwise contain itself by value.

use std::collections::BTreeMap;

use super::definitions::{Definitions, parts};
use crate::model::{Kind, Ty, TypeId};

/// Boxes every field and variant on a cycle of types that contain each other by value.
pub(super) fn put_boxes(all: &mut Definitions) {
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

/// Returns the ID of the definition that a type contains by value.
fn held(ty: &Ty) -> Option<TypeId> {
    match ty {
        Ty::Named(id) => Some(*id),
        Ty::Optional(inner) => held(inner),
        _ => None,
    }
}

/// Returns the strongly connected component of each node, using Tarjan's algorithm without recursion.
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
