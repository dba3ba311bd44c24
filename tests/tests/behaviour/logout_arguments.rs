//! Tests the arguments of a `#[logout]` method: the runtime fills token parameters from the session, and the caller
//! passes the remaining arguments.

use afresh::{AccessToken, RefreshToken, Result, SessionState, Tokens, api};
use afresh_tests::{Handling, Role, World};
use http::HeaderMap;

use crate::api::{ANN, Credentials, ORIGIN, Shop, logged_in_client, tokens};
use crate::fake_store::FakeStore;
use crate::transports::ConnectTo;

#[api]
trait Filled {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    #[json("client" = "shop")]
    async fn logout(
        &self,
        #[json("refresh_token")] token: Option<RefreshToken>,
        #[json("reason")] reason: &str,
    ) -> Result<()>;
}

/// W11: a logout's token parameters are filled from the session, even if the logout is the process's first call. The
/// caller passes only the arguments that the session does not contain.
#[tokio::test(start_paused = true)]
async fn the_parameters_of_a_logout_are_filled_from_the_session() {
    for restart in [false, true] {
        let world = World::new();
        let store = FakeStore::new();
        let client =
            || FilledClient::builder(ORIGIN).connect_to(world.clone()).store(store.clone()).build().unwrap();
        let first = client();
        first.login(&ANN).await.unwrap();
        let shop = if restart { client() } else { first };
        shop.logout(None, "done").await.unwrap();
        let body = world.authority.requests(Role::Logout)[0].json();
        let expected = serde_json::json!({ "client": "shop", "reason": "done", "refresh_token": world.authority.refresh(1) });
        assert_eq!(body, expected, "{restart}");
        assert_eq!(shop.session().state(), SessionState::LoggedOut);
    }
}

/// W10, W11: if a logout is sent again after a refresh, the second request contains the new refresh token.
#[tokio::test(start_paused = true)]
async fn the_second_send_of_a_logout_is_filled_with_the_new_tokens() {
    let world = World::new();
    let shop = FilledClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    shop.login(&ANN).await.unwrap();
    world.authority.expire();
    world.authority.next(Role::Logout, Handling::instead(401));
    shop.logout(None, "done").await.unwrap();
    let sent: Vec<_> = world
        .authority
        .requests(Role::Logout)
        .iter()
        .map(|seen| seen.json()["refresh_token"].clone())
        .collect();
    assert_eq!(
        sent,
        [world.authority.refresh(1), world.authority.refresh(2)],
        "refresh tokens of the logout requests"
    );
}

/// An API whose logout is an RFC 7009 revocation with the token as an argument. The call is public, because some
/// servers reject a revocation request that also contains an access token.
#[api]
trait Door {
    #[logout]
    #[public]
    #[post("/api/user/logout")]
    #[form("client_id" = "shop")]
    async fn revoke(&self, #[form("token")] token: &RefreshToken) -> Result<()>;
}

/// J8: a public logout ends the client's session, as any other logout does. The logout request contains the caller's
/// argument but not an access token.
#[tokio::test(start_paused = true)]
async fn a_public_logout_carries_no_access_token() {
    let world = World::new();
    let issued = tokens(&world.authority.issue());
    world.authority.next(Role::Logout, Handling::instead(200));
    let door = DoorClient::builder(ORIGIN).transport(world.service()).tokens(issued.clone()).build().unwrap();
    door.revoke(issued.refresh_token().unwrap()).await.unwrap();
    assert_eq!(door.session().state(), SessionState::LoggedOut);
    let logout = &world.authority.requests(Role::Logout)[0];
    assert_eq!(logout.header("authorization"), None);
    let body = String::from_utf8(logout.body().to_vec()).unwrap();
    assert_eq!(body, format!("client_id=shop&token={}", issued.refresh_token().unwrap().secret()));
}

/// C14, W10: a refused public logout does not trigger a refresh, because the logout request does not contain an access
/// token.
#[tokio::test(start_paused = true)]
async fn a_refused_public_logout_starts_no_refresh() {
    for status in [401, 403] {
        let world = World::new();
        let issued = tokens(&world.authority.issue());
        world.authority.always(Role::Logout, Handling::instead(status));
        let door =
            DoorClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued.clone()).build().unwrap();
        let error = door.revoke(issued.refresh_token().unwrap()).await.unwrap_err();
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(world.routes(), ["POST /api/user/logout"]);
    }
}

#[api(path = "/api/user")]
trait Places {
    #[refresh]
    #[post("/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[delete("/logout/{token}/of/{access}")]
    async fn logout(
        &self,
        #[query] reason: &str,
        #[query("hint")] hint: Option<RefreshToken>,
        token: RefreshToken,
        access: &AccessToken,
    ) -> Result<()>;
}

/// W10, W11: token parameters in the path and the query are filled from the session, and filled again for the second
/// request. Arguments that the caller passes for token parameters are used only if there is no session.
#[tokio::test(start_paused = true)]
async fn the_path_and_the_query_of_a_logout_are_filled_from_the_session() {
    let world = World::new();
    world.stage.respond(|_| 401);
    let issued = tokens(&world.authority.issue());
    let client = PlacesClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap();
    let other = Tokens::new("mine").with_refresh("own/token");
    let (token, access) = (other.refresh_token().unwrap().clone(), other.access_token().unwrap().clone());
    let logout = || client.logout("done & dusted", None, token.clone(), &access);
    logout().await.unwrap_err();
    logout().await.unwrap_err();
    let sent: Vec<String> =
        world.stage.log().iter().map(|seen| format!("{}?{}", seen.path(), seen.query().unwrap())).collect();
    let of = |refresh: &str, access: &str| {
        format!("/api/user/logout/{refresh}/of/{access}?reason=done%20%26%20dusted&hint={refresh}")
    };
    let authority = &world.authority;
    let without_a_session = "/api/user/logout/own%2Ftoken/of/mine?reason=done%20%26%20dusted";
    assert_eq!(
        sent,
        [
            of(&authority.refresh(1), &authority.access(1)),
            of(&authority.refresh(2), &authority.access(2)),
            without_a_session.to_owned(),
        ]
    );
}

#[api(path = "/api/user")]
trait Devices {
    #[refresh]
    #[post("/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[delete("/logout/{device}/{token}/{reason}")]
    async fn logout(&self, device: u64, token: RefreshToken, reason: &str) -> Result<()>;
}

/// W11: the caller's arguments fill their placeholders in a logout's path, both before and after a token parameter.
#[tokio::test(start_paused = true)]
async fn the_path_of_a_logout_contains_the_arguments_of_the_caller() {
    let world = World::new();
    world.stage.respond(|_| 204);
    let issued = tokens(&world.authority.issue());
    let client = DevicesClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap();
    client.logout(17, RefreshToken::new("of the caller"), "a/b").await.unwrap();
    let expected = format!("DELETE /api/user/logout/17/{}/a%2Fb", world.authority.refresh(1));
    assert_eq!(world.stage.routes(), [expected]);
}

/// An API whose logout sends the refresh token as a bearer token, as flask-jwt-extended requires.
#[api]
trait Bearing {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[public]
    #[post("/api/user/logout")]
    async fn logout(&self, #[bearer] token: Option<RefreshToken>) -> Result<()>;
}

/// W11: a logout's `#[bearer]` parameter is filled from the session and replaces the access token.
#[tokio::test(start_paused = true)]
async fn the_bearer_token_of_a_logout_is_filled_from_the_session() {
    let world = World::new();
    let issued = tokens(&world.authority.issue());
    let client = BearingClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap();
    client.logout(None).await.unwrap();
    let seen = &world.authority.requests(Role::Logout)[0];
    assert_eq!(seen.header("authorization"), Some(&*format!("Bearer {}", world.authority.refresh(1))));
}

#[api]
trait Mapped {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self, #[header] more: &HeaderMap) -> Result<()>;
}

/// If a `HeaderMap` argument contains the header that carries the access token, the logout returns an error. The
/// client's session is kept, because no logout request was sent.
#[tokio::test(start_paused = true)]
async fn a_header_map_with_the_token_header_is_an_error_of_the_logout() {
    let world = World::new();
    let issued = tokens(&world.authority.issue());
    let client = MappedClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap();
    let own = HeaderMap::from_iter([(http::header::AUTHORIZATION, "Basic b3du".parse().unwrap())]);
    let error = client.logout(&own).await.unwrap_err();
    assert!(error.is_request(), "{error}");
    assert_eq!(client.session().state(), SessionState::LoggedIn);
    world.authority.assert_logouts(0);
    client.logout(&HeaderMap::new()).await.unwrap();
}

/// A13: if the caller sets the authorization header of a logout, a refused logout does not trigger a refresh.
#[tokio::test(start_paused = true)]
async fn a_logout_with_its_own_credential_is_not_refreshed() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.always(Role::Logout, Handling::instead(401));
    shop.logout().header("authorization", "Basic b3du").await.unwrap_err();
    assert_eq!(world.authority.requests(Role::Logout)[0].header("authorization"), Some("Basic b3du"));
    world.authority.assert_refreshes(0);
    world.authority.assert_logouts(1);
}
