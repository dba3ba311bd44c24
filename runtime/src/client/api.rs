//! [`Api`] is the trait that the macro implements for each generated client.

use super::client::Client;
use crate::declaration::endpoint::ApiInfo;
use crate::refresh::method::Refresh;

/// A generated client type.
pub trait Api: Sized {
    /// The declarations that apply to all methods of the client's trait.
    const INFO: &'static ApiInfo;
    /// The trait's `#[refresh]` method.
    const REFRESH: Option<Refresh> = None;

    /// Creates the generated client from the [`Client`] that sends its calls.
    fn from_client(client: Client) -> Self;
}

impl Api for Client {
    const INFO: &'static ApiInfo = &ApiInfo::new("Client");

    fn from_client(client: Client) -> Self {
        client
    }
}
