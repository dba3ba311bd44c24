//! The model of a client: the Rust types and the `#[afresh::api]` methods that a document describes.

mod method;
mod ty;

pub(crate) use self::method::{Answer, Constant, Method, Param, Place, Trait, is_token};
pub(crate) use self::ty::{Between, DateTy, Field, Kind, Separator, Tagging, Ty, TypeDef, TypeId, Variant};
