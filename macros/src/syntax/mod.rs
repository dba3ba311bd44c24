//! Parses the source as written: the trait with its attributes, methods and parameters. Start with `tables.rs`.
//!
//! The trait parser is written by hand and does not use syn's item parser. The parser skips an item that cannot be
//! parsed, so that one mistake does not hide the whole trait. The parser keeps default bodies of methods as raw tokens.

mod arguments;
mod attribute;
mod input;
mod inputs;
mod item;
mod method;
mod name;
mod parameter;
mod recovery;
mod strip;
pub(crate) mod tables;
mod token_search;
mod trait_item;

pub(crate) use arguments::{Argument, Value, ValueKind, parse_arguments};
pub(crate) use attribute::{Attribute, Owner, Style};
pub(crate) use input::{Input, parse_item};
pub(crate) use inputs::{Inputs, Receiver};
pub(crate) use item::{Item, Unsupported, UnsupportedKind};
pub(crate) use method::{End, Method, Output};
pub(crate) use parameter::{Parameter, Pattern};
pub(crate) use strip::strip;
pub(crate) use token_search::{has_serialize_object, mentions, mentions_reference};
pub(crate) use trait_item::Trait;
