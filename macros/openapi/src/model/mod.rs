//! The model of a client: the types and methods of a document, in terms of Rust and `#[afresh::api]`.

mod method;
mod ty;

pub(crate) use self::method::{Answer, Constant, Method, Param, Place, Trait, is_token};
pub(crate) use self::ty::{Between, DateTy, Field, Kind, Separator, Tagging, Ty, TypeDef, TypeId, Variant};
