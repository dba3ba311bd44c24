//! The claims in the server's two kinds of JWT, and the functions that sign and verify the JWTs.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The claims of an access token: the user, the token's number, and the expiry time.
///
/// The claim with the expiry time is not named `exp`, because the client would read `exp` and refresh early. In this
/// example, the client detects the expiry only when a call is rejected. The expiry time has a fractional part, because
/// a time in whole seconds would be up to one second off.
#[derive(Serialize, Deserialize)]
pub struct Access {
    pub sub: String,
    pub jti: usize,
    pub until: f64,
}

impl Access {
    pub fn new(customer: &str, number: usize, lifetime: Duration) -> Self {
        Self { sub: customer.to_owned(), jti: number, until: now() + lifetime.as_secs_f64() }
    }

    pub fn is_expired(&self) -> bool {
        self.until <= now()
    }
}

/// The claims of a refresh token: the session that the token belongs to, and the token's number in that session.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Refresh {
    pub session: usize,
    pub serial: usize,
}

/// The keys that sign and verify JWTs. The server generates a new secret each time it starts.
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
        jsonwebtoken::encode(&Header::default(), claims, &self.sign)
            .expect("signing with an HMAC never fails")
    }

    pub fn read<T: DeserializeOwned>(&self, token: &str) -> Result<T, &'static str> {
        let mut validation = Validation::default();
        // The function `Access::is_expired` checks the expiry time with sub-second precision.
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
