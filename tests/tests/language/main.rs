//! The attributes of a trait, through the public API and against doubles in memory, with the clock paused: what each
//! attribute sends, how each return type is read, and where traits, doubles and holders can be declared.

mod answers;
mod api;
mod deadlines;
mod declarations;
mod decoding;
mod derives;
mod doubles;
mod events;
mod expansion;
mod holders;
mod lines;
mod lints;
mod multipart;
mod none_on;
mod pages;
mod requests;
mod sockets;
