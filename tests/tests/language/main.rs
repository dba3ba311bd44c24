//! Tests a trait's attributes through the public API, with in-memory servers and a paused clock. The tests cover the
//! request that each attribute produces, the value that each return type produces, and the places where traits and test
//! doubles can be declared.

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
