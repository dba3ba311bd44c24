//! Uses each public attribute, type and function once, as a user's program would. A rename that breaks user programs
//! also breaks this test. The test sends nothing.

mod building;
mod calls;
mod declarations;
mod errors;
mod fakes;
mod login;
mod names;
mod session;
