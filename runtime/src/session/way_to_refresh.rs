//! Lets a session refresh in the same way as another session, for the many users of one client.

use super::session::Session;

impl Session {
    /// Makes this session refresh and revoke as `other` does, unless it has its own provider or revoker. If calls
    /// of `other` require a login, calls of this session require one, too.
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
