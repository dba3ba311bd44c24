//! The session of all tabs of an origin: [`TabStore`].

mod lock_name;
mod message;
mod tab_record;
#[cfg(target_family = "wasm")]
mod tabs;
#[cfg(target_family = "wasm")]
mod web_locks;
