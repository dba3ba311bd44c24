//! Tests `Browser::challenge`, a login that satisfies an API's challenge.

use afresh::{Error, Tokens};
use bytes::Bytes;

use crate::provider::{Authorization, Provider, held};

fn refused(status: u16, challenge: &str) -> Error {
    let response = http::Response::builder().status(status).header("www-authenticate", challenge);
    Error::from_response(response.body(Bytes::new()).unwrap())
}

/// Returns the authorization request for the login that follows the given challenge.
async fn asked_after(challenge: &str) -> Authorization {
    let provider = Provider::start().await;
    let shop = provider.shop();
    shop.session().set(Tokens::new("old").with_scope("orders invoices"));
    let app = provider.app().param("acr_values", "usual").param("audience", "shop");
    let (browser, opened) = held(app.browser().challenge(&refused(401, challenge)));
    let login = tokio::spawn(browser.run(shop.session()));
    let asked = opened.await.unwrap();
    login.abort();
    asked
}

/// RFC 9470: the login requests the authentication level and maximum age that the API's challenge requires.
#[tokio::test]
async fn a_stronger_login_is_asked_for_as_the_api_demands_it() {
    let asked = asked_after(
        r#"Bearer realm="x", Bearer error="insufficient_user_authentication", error_description="a newer login", acr_values="urn:mfa gold", max_age="5""#,
    )
    .await;
    assert_eq!(
        (asked.get("acr_values"), asked.get("max_age")),
        ("urn:mfa gold", "5"),
        "`acr_values` and `max_age`"
    );
    assert_eq!(
        (asked.get("scope"), asked.get("audience")),
        ("orders offline_access", "shop"),
        "`scope` and `audience`"
    );
}

/// RFC 6750 §3.1: the login requests the missing scope in addition to the session's scope, because the login replaces
/// the session.
#[tokio::test]
async fn a_missing_scope_is_added_to_the_scope_that_is_there() {
    let asked = asked_after(r#"DPoP error="insufficient_scope", scope="refunds orders""#).await;
    assert_eq!(asked.get("scope"), "orders offline_access invoices refunds");
    assert_eq!(
        (asked.get("acr_values"), asked.find("max_age")),
        ("usual", None),
        "`acr_values` and `max_age`"
    );
}

#[tokio::test]
async fn a_max_age_that_is_no_number_is_left_out() {
    let asked =
        asked_after(r#"Bearer error="insufficient_user_authentication", acr_values="gold", max_age="x&y""#)
            .await;
    assert_eq!(
        (asked.get("acr_values"), asked.find("max_age")),
        ("gold", None),
        "`acr_values` and `max_age`"
    );
}

#[tokio::test]
async fn an_error_that_demands_no_login_opens_no_browser() {
    let provider = Provider::start().await;
    let shop = provider.shop();
    for error in [
        Error::timeout(),
        refused(403, "Bearer"),
        refused(401, r#"Bearer error="invalid_token", scope="orders""#),
        refused(403, r#"Bearer error="insufficient_scope""#),
        refused(401, "Bearer error=\"insufficient_scope"),
    ] {
        let (browser, opened) = held(provider.app().browser().challenge(&error));
        let failed = browser.run(shop.session()).await.unwrap_err();
        assert!(failed.is_request(), "{failed:?}");
        assert!(opened.await.is_err(), "no browser was opened");
    }
}
