//! Makes a session refresh in the same way as another session of a client with many users.

use super::session::Session;

impl Session {
    /// Makes this session refresh and revoke as `other` does, unless this session already has a provider or a revoker.
    /// If calls that use `other` require a login, calls that use this session also require a login.
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
