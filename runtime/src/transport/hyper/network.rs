//! Connections over TCP, and with rustls over TLS, set up as reqwest sets up its own.

use std::time::Duration;

use hyper_util::client::legacy::connect::HttpConnector;
use tower::Service;

use super::connector::{Connector, Line, Reach};
use crate::error::Error;

pub(crate) const REACH: Reach = if cfg!(feature = "__rustls") { Reach::Https } else { Reach::Http };

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
        let dialing = https.clone().call(uri);
        Box::pin(async move { Ok(Line::of(dialing.await?)) })
    }))
}

#[cfg(not(feature = "__rustls"))]
#[expect(clippy::unnecessary_wraps, reason = "as its twin with TLS")]
fn secured(tcp: HttpConnector) -> Result<Connector, Error> {
    Ok(Connector::new(move |uri| {
        let dialing = tcp.clone().call(uri);
        Box::pin(async move { Ok(Line::of(dialing.await?)) })
    }))
}

#[cfg(feature = "__rustls")]
mod tls {
    use std::sync::Arc;

    use rustls::ClientConfig;
    use rustls::crypto::CryptoProvider;
    use rustls_platform_verifier::BuilderVerifierExt;

    use crate::error::{BoxError, Error};

    /// The provider that the program has installed, else reqwest's; what the system trusts.
    pub(crate) fn config() -> Result<ClientConfig, Error> {
        let unusable = |error: BoxError| Error::builder("rustls cannot be set up").with_source(error);
        let provider = CryptoProvider::get_default().cloned().or_else(usual_provider);
        let provider = provider.ok_or_else(|| {
            Error::builder("no rustls provider is installed: install one, or take the feature `rustls`")
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

    fn usual_provider() -> Option<Arc<CryptoProvider>> {
        #[cfg(feature = "rustls")]
        let provider = Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        #[cfg(not(feature = "rustls"))]
        let provider = None;
        provider
    }
}
