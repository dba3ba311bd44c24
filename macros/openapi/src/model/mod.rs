//! What a client is made of: the types and methods that a document means, in the words of Rust and of `#[afresh::api]`.

mod method;
mod ty;

pub(crate) use self::method::{Answer, Constant, Method, Param, Place, Trait, is_token};
pub(crate) use self::ty::{Between, DateTy, Field, Kind, Separator, Tagging, Ty, TypeDef, TypeId, Variant};
