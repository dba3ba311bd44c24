#![doc = include_str!("../README.md")]

mod compare;
mod docs;
mod document;
mod error;
mod generate;
mod helper_types;
mod model;
mod names;
mod operation;
mod report;
mod schema;
mod settings;
mod source;
mod write;

pub use self::compare::differences;
pub use self::document::Document;
pub use self::error::Error;
pub use self::generate::{Generated, Route, generate};
pub use self::report::Loss;
pub use self::settings::{Dates, Operation, Pages, Role, Settings, Traits};
