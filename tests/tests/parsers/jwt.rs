//! Tests access tokens that are JWTs, malformed JWTs, or strings that look like JWTs.

use afresh::Tokens;
use afresh_tests::World;
use proptest::prelude::*;
use proptest::sample::select;

use crate::api::{Api, client, config, run};

/// Encodes bytes as base64url without padding (RFC 7515 §2).
fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_usize, |group, at| group << 8 | usize::from(*chunk.get(at).unwrap_or(&0)));
        let digits = (0..=chunk.len()).map(|digit| DIGITS[group >> (18 - 6 * digit) & 63]);
        text.extend(digits.map(char::from));
    }
    text
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>()
            .prop_filter("JSON has no others", |number| number.is_finite())
            .prop_map(|number| number.to_string()),
        select(&["null", "\"1700000000\"", "1e400", "[]", "{}", "true", "-0", "1700000000.5"][..])
            .prop_map(str::to_owned),
    ];
    let claims = (number.clone(), number)
        .prop_map(|(exp, iat)| format!(r#"{{"exp":{exp},"iat":{iat}}}"#).into_bytes());
    prop_oneof![4 => claims, 1 => prop::collection::vec(any::<u8>(), 0..20)]
}

fn token() -> impl Strategy<Value = String> {
    let jwt = payload().prop_map(|payload| format!("eyJhbGciOiJub25lIn0.{}.c2ln", base64url(&payload)));
    prop_oneof![6 => jwt, 1 => "[A-Za-z0-9_=-]{0,12}\\.[A-Za-z0-9_=-]{0,12}\\.[A-Za-z0-9]{0,4}", 1 => "[!-~]{1,30}"]
}

proptest! {
    #![proptest_config(config())]

    /// H15: a token that has unusual claims, or no claims, is treated as an opaque token. If no refresh is possible,
    /// the token is sent unchanged, and the call succeeds.
    #[test]
    fn no_claims_of_an_access_token_prevent_its_use(token in token()) {
        let world = World::new();
        world.stage.respond(|_| (200, serde_json::Value::Null));
        let api = client(&world, Tokens::new(&*token));
        prop_assert!(run(api.value()).is_ok());
        let seen = world.stage.log();
        prop_assert_eq!(seen[0].header("authorization"), Some(&*format!("Bearer {token}")));

        let issued = world.authority.issue();
        let api = client(&world, Tokens::new(&*token).with_refresh(&*issued.refresh));
        prop_assert!(run(api.value()).is_ok());
        prop_assert!(world.authority.refreshes() <= 1 && world.stage.sends() == 2);
    }
}
