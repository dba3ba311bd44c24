//! [`ArcSwap`] stores a value that threads can read without locking, even while another thread replaces the value.

pub(crate) use arc_swap::ArcSwap;
