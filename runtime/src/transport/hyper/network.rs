//! Opens connections over TCP, and over TLS with rustls. The connections have the same settings as reqwest's
//! connections.

use std::time::Duration;

use hyper_util::client::legacy::connect::HttpConnector;
use tower::Service;

use super::connector::{BoxedConnection, Connector, Protocol};
use crate::error::Error;

pub(crate) const PROTOCOL: Protocol =
    if cfg!(feature = "__rustls") { Protocol::Https } else { Protocol::Http };

pub(crate) fn network() -> Result<Connector, Error> {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(Duration::from_secs(15)));
    tcp.set_keepalive_interval(Some(Duration::from_secs(15)));
    tcp.set_keepalive_retries(Some(3));
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    tcp.set_tcp_user_timeout(Some(Duration::from_secs(30)));
    secured(tcp)
}

#[cfg(feature = "__rustls")]
fn secured(mut tcp: HttpConnector) -> Result<Connector, Error> {
    tcp.enforce_http(false);
    let https = hyper_rustls::HttpsConnector::from((tcp, tls::config()?));
    Ok(Connector::new(move |uri| {
        let connecting = https.clone().call(uri);
        Box::pin(async move { Ok(BoxedConnection::of(connecting.await?)) })
    }))
}

#[cfg(not(feature = "__rustls"))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "this function must have the same signature as the one that is compiled with TLS"
)]
fn secured(tcp: HttpConnector) -> Result<Connector, Error> {
    Ok(Connector::new(move |uri| {
        let connecting = tcp.clone().call(uri);
        Box::pin(async move { Ok(BoxedConnection::of(connecting.await?)) })
    }))
}

#[cfg(feature = "__rustls")]
mod tls {
    use std::sync::Arc;

    use rustls::ClientConfig;
    use rustls::crypto::CryptoProvider;
    use rustls_platform_verifier::BuilderVerifierExt;

    use crate::error::{BoxError, Error};

    /// Creates the TLS settings. Uses the rustls crypto provider that the program has installed, or reqwest's default
    /// provider if the program has not installed a provider. The system's root certificates are trusted.
    pub(crate) fn config() -> Result<ClientConfig, Error> {
        let unusable = |error: BoxError| {
            let text =
                "rustls cannot be initialized. Check the rustls provider and the system's certificates";
            Error::builder(text).with_source(error)
        };
        let provider = CryptoProvider::get_default().cloned().or_else(default_provider);
        let provider = provider.ok_or_else(|| {
            Error::builder("no rustls provider is installed. Install one, or enable the feature `rustls`")
        })?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.into()))?;
        let config = config.with_platform_verifier().map_err(|error| unusable(error.into()))?;
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = protocols();
        Ok(config)
    }

    fn protocols() -> Vec<Vec<u8>> {
        let http2 = cfg!(feature = "http2").then_some("h2");
        http2.into_iter().chain(["http/1.1"]).map(|name| name.as_bytes().to_vec()).collect()
    }

    fn default_provider() -> Option<Arc<CryptoProvider>> {
        #[cfg(feature = "rustls")]
        let provider = Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        #[cfg(not(feature = "rustls"))]
        let provider = None;
        provider
    }
}
