//! The trait that the macro implements for a generated client: [`Api`].

use super::client::Client;
use crate::declaration::endpoint::ApiInfo;
use crate::refresh::method::Refresh;

/// A generated client type.
pub trait Api: Sized {
    /// The declarations of this client's trait.
    const INFO: &'static ApiInfo;
    /// The trait's `#[refresh]` method.
    const REFRESH: Option<Refresh> = None;

    /// Wraps the client that sends the calls.
    fn from_client(client: Client) -> Self;
}

impl Api for Client {
    const INFO: &'static ApiInfo = &ApiInfo::new("Client");

    fn from_client(client: Client) -> Self {
        client
    }
}
