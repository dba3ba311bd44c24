//! The attributes of a trait, through the public API and against doubles in memory, with the clock paused: what each
//! attribute sends, how each return type is read, and where traits, doubles and holders can be declared.

mod answers;
mod api;
mod deadlines;
mod decoding;
mod doubles;
mod events;
mod holders;
mod lines;
mod multipart;
mod nothing;
mod paged;
mod places;
mod requests;
mod strict;
