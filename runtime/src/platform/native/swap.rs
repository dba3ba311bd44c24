//! Stores a value that threads read without a lock while another thread replaces it.

pub(crate) use arc_swap::ArcSwap;
