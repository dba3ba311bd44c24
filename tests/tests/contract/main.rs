//! The names that users write: each attribute, type and function of the public language, used once as a user's program does.
//! A rename that breaks a user's program breaks this test first. It sends nothing.

mod building;
mod calls;
mod declarations;
mod errors;
mod fakes;
mod login;
mod names;
mod session;
