//! Converts schemas to Rust types. Start reading with `lowering`.

mod all_of;
mod boxes;
mod definitions;
mod enumeration;
mod finish;
mod keyword;
mod lowering;
mod object;
mod profile;
mod profile_of;
mod shape;
mod union;
mod usage;

pub(crate) use self::definitions::Definitions;
pub(crate) use self::finish::Traffic;
pub(crate) use self::keyword::{is_binary, types};
pub(crate) use self::lowering::Types;
pub(crate) use self::usage::Mode;
