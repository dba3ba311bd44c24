//! The attributes of a trait, through the public API and against doubles in memory, with the clock paused: what each
//! attribute sends, how each return type is read, and where traits, doubles and holders can be declared.

mod answers;
mod api;
mod deadlines;
mod declarations;
mod decoding;
mod default_bodies;
mod derives;
mod doubles;
mod events;
mod expansion;
mod holders;
mod items;
mod lines;
mod lints;
mod multipart;
mod none_on;
mod other_answers;
mod paged_apis;
mod pages;
mod requests;
mod sockets;
