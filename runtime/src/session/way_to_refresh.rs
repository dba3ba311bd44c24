//! Copies the provider and the revoker of one session to another session, for clients with many users.

use super::session::Session;

impl Session {
    /// Copies the provider and the revoker of `other` to this session. A provider or revoker that this session already
    /// has is not replaced. If calls that use `other` require a login, calls that use this session also require a
    /// login.
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
