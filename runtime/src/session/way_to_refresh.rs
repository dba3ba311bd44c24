//! Lets another session refresh in the same way: for the many users of one client.

use super::session::Session;

impl Session {
    /// From now on, this session refreshes and revokes as `other` does, unless it has its own way. Calls need a login if
    /// those of `other` do.
    pub(crate) fn refresh_as(&self, other: &Self) {
        if let Some(provider) = other.0.provider.get() {
            self.set_provider(provider.clone());
        }
        if let Some(revoker) = other.0.revoker.get() {
            self.set_revoker(revoker.clone());
        }
        if other.requires_login() {
            self.require_login();
        }
    }
}
