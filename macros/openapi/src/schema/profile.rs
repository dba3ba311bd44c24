//! A summary of a schema, used to decide whether a value of one union variant could be decoded as another variant.

use std::collections::BTreeMap;

use crate::model::Ty;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Profile {
    Any,
    Bool,
    Integer,
    Number,
    /// Any string, or one of the listed strings.
    Text(Option<Vec<String>>),
    List(Box<Profile>),
    Map,
    Object {
        required: Vec<String>,
        members: BTreeMap<String, Profile>,
        is_open: bool,
    },
    Several(Vec<Profile>),
}

impl Profile {
    /// Returns a sort key that orders narrower profiles first.
    pub(super) fn rank(&self) -> (u8, usize, usize) {
        let inverse = |count: usize| usize::MAX - count;
        match self {
            Self::Bool => (0, 0, 0),
            Self::Integer => (1, 0, 0),
            Self::Number => (2, 0, 0),
            Self::Text(Some(_)) => (3, 0, 0),
            Self::Text(None) => (4, 0, 0),
            Self::List(item) => (5, usize::from(item.rank().0), 0),
            Self::Several(profiles) => profiles.iter().map(Self::rank).max().unwrap_or_default(),
            Self::Object { required, members, .. } => (6, inverse(required.len()), inverse(members.len())),
            Self::Map => (7, 0, 0),
            Self::Any => (8, 0, 0),
        }
    }

    /// Returns whether a value of `other` could be decoded as `self` but would lose data.
    pub(super) fn hides(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(own), Self::List(other)) => own.hides(other),
            (Self::Several(profiles), other) => profiles.iter().any(|own| own.hides(other)),
            (own, Self::Several(profiles)) => profiles.iter().any(|other| own.hides(other)),
            (
                Self::Object { required, members, is_open },
                Self::Object { required: needed, members: others, .. },
            ) => {
                let fits = required.iter().all(|key| {
                    needed.contains(key)
                        && members
                            .get(key)
                            .zip(others.get(key))
                            .is_some_and(|(own, other)| own.accepts(other))
                });
                let differs = |(key, other): (&String, &Self)| match members.get(key) {
                    None => !is_open,
                    Some(own) => own.accepts(other) && own.hides(other),
                };
                fits && others.iter().any(differs)
            }
            (Self::Object { required, is_open, .. }, Self::Map) => required.is_empty() && !is_open,
            _ => false,
        }
    }

    /// Returns whether at least one value of `other` could be decoded as `self`.
    fn accepts(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Several(profiles), other) => profiles.iter().any(|own| own.accepts(other)),
            (own, Self::Several(profiles)) => profiles.iter().any(|other| own.accepts(other)),
            (Self::Text(Some(own)), Self::Text(Some(other))) => own.iter().any(|text| other.contains(text)),
            (Self::Text(_), Self::Text(_)) | (Self::Number, Self::Integer | Self::Number) => true,
            (Self::List(own), Self::List(other)) => own.accepts(other),
            (Self::Object { required, members, .. }, Self::Object { members: others, .. }) => {
                required.iter().all(|key| {
                    others
                        .get(key)
                        .is_some_and(|other| members.get(key).is_some_and(|own| own.accepts(other)))
                })
            }
            (Self::Object { .. } | Self::Map, Self::Map) | (Self::Map, Self::Object { .. }) => true,
            (own, other) => own == other,
        }
    }
}

/// Returns the variant name for a non-object type.
pub(super) fn word(ty: &Ty) -> Option<&'static str> {
    Some(match ty {
        Ty::Bool => "Bool",
        Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 => "Integer",
        Ty::F64 => "Number",
        Ty::String => "Text",
        Ty::Date(_) => "Date",
        Ty::List(_) => "List",
        Ty::Map(_) => "Map",
        Ty::Unit => "Null",
        _ => return None,
    })
}
