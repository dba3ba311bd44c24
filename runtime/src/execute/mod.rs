//! One call from start to end. Start with `dispatch`.

pub(crate) mod courier;
pub(crate) mod dispatch;
pub(crate) mod express;
pub(crate) mod placement;
pub(crate) mod plan;
pub(crate) mod refused;
pub(crate) mod roles;
pub(crate) mod settings;
