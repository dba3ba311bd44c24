//! Nothing: what is proved here is in `tests`.
