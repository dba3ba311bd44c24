//! HEADER

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
mod trait_item;
mod words;

pub(crate) use arguments::{Argument, Value, What, parse_arguments};
pub(crate) use attribute::{Attribute, Owner, Style};
pub(crate) use input::{Input, parse_item};
pub(crate) use inputs::{Inputs, Receiver};
pub(crate) use item::{Item, Refused, RefusedKind};
pub(crate) use method::{End, Method, Output};
pub(crate) use parameter::{Parameter, Pattern};
pub(crate) use strip::strip;
pub(crate) use trait_item::Trait;
pub(crate) use words::{mentions, mentions_reference};
