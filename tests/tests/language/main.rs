//! The declaration language, through the public API and against doubles in memory, with the clock paused: what each attribute
//! sends, how each kind of answer is read, and that traits, doubles and holders are at home wherever they can stand.

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
