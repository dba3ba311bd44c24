//! [`ClientAuth`] defines how a client authenticates to the token endpoint (RFC 6749 §2.3).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use form_urlencoded::byte_serialize;
use http::HeaderValue;

/// The method that a client uses to authenticate to the token endpoint (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// A public client sends its `client_id` but no secret.
    None,
    /// The client sends `Authorization: Basic …`. Every server that issues client secrets must support this
    /// authentication method.
    #[default]
    Basic,
    /// The client sends `client_id` and `client_secret` in the request body. Use `Body` if the server does not support
    /// [`Basic`](Self::Basic).
    Body,
}

#[cfg(feature = "login")]
impl ClientAuth {
    /// Returns the authentication method for a client with a secret: `Basic` or `Body`, whichever the server's metadata
    /// lists. If the metadata lists both `Basic` and `Body`, or has no list of authentication methods (RFC 8414 §2),
    /// the result is `Basic`.
    pub(super) fn offered(methods: Option<&[String]>) -> Option<Self> {
        let Some(methods) = methods else { return Some(Self::Basic) };
        let known = [("client_secret_basic", Self::Basic), ("client_secret_post", Self::Body)];
        known.into_iter().find(|(name, _)| methods.iter().any(|method| method == name)).map(|(_, auth)| auth)
    }
}

/// Returns the header value for [`ClientAuth::Basic`]. The client identifier and the secret are urlencoded and then
/// used as the user name and the password (RFC 6749 §2.3.1, RFC 7617).
pub(super) fn basic(id: &str, secret: &str) -> Option<HeaderValue> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = BASE64_STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
    let mut value = HeaderValue::try_from(format!("Basic {pair}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests the example in RFC 6749 §2.3.1, and characters that must be urlencoded.
    #[test]
    fn client_id_and_secret_are_urlencoded_and_then_base64_encoded() {
        assert_eq!(
            basic("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw").unwrap(),
            "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"
        );
        let value = basic("a:b", "ü +/").unwrap();
        let text = value.to_str().unwrap().strip_prefix("Basic ").unwrap();
        assert_eq!(BASE64_STANDARD.decode(text).unwrap(), b"a%3Ab:%C3%BC+%2B%2F");
        assert!(value.is_sensitive());
    }

    #[cfg(feature = "login")]
    #[test]
    fn the_first_method_that_the_server_offers_is_chosen() {
        let offered = |methods: &[&str]| {
            let methods: Vec<_> = methods.iter().map(|&method| method.to_owned()).collect();
            ClientAuth::offered(Some(&methods))
        };
        assert_eq!(ClientAuth::offered(None), Some(ClientAuth::Basic));
        assert_eq!(offered(&["client_secret_post", "client_secret_basic"]), Some(ClientAuth::Basic));
        assert_eq!(offered(&["none", "client_secret_post"]), Some(ClientAuth::Body));
        assert_eq!(offered(&["private_key_jwt"]), None);
    }
}
