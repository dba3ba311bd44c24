//! The server's two kinds of JWT: what they say, and how they are signed and read.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What an access token says: whose it is, its number, and when it expires.
///
/// `exp` has a fraction, as JWT allows: lifetimes of whole seconds would be up to one second off.
#[derive(Serialize, Deserialize)]
pub struct Access {
    pub sub: String,
    pub jti: usize,
    pub exp: f64,
}

impl Access {
    pub fn new(customer: &str, number: usize, lifetime: Duration) -> Self {
        Self { sub: customer.to_owned(), jti: number, exp: now() + lifetime.as_secs_f64() }
    }

    pub fn is_expired(&self) -> bool {
        self.exp <= now()
    }
}

/// What a refresh token says: which session it continues, and which of the session's refresh tokens it is.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Refresh {
    pub session: usize,
    pub serial: usize,
}

/// Signs and reads, with a secret of its own at every start.
pub struct Keys {
    sign: EncodingKey,
    verify: DecodingKey,
}

impl Keys {
    pub fn new() -> Self {
        let secret = [(); 4].map(|()| RandomState::new().hash_one("secret").to_be_bytes()).concat();
        Self { sign: EncodingKey::from_secret(&secret), verify: DecodingKey::from_secret(&secret) }
    }

    pub fn sign(&self, claims: &impl Serialize) -> String {
        jsonwebtoken::encode(&Header::default(), claims, &self.sign).expect("an HMAC never fails to sign")
    }

    /// The claims, or why there are none.
    pub fn read<T: DeserializeOwned>(&self, token: &str) -> Result<T, &'static str> {
        let mut validation = Validation::default();
        // `Access::is_expired` judges expiry, to the fraction.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let read = jsonwebtoken::decode(token, &self.verify, &validation);
        read.map(|token| token.claims).map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => "invalid signature",
            _ => "jwt malformed",
        })
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
