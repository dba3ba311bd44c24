// Parcels 1.0, written by afresh-openapi 0.1.0 from parcels.yaml.
// @generated: make changes in `afresh-openapi.toml`, not in this file.
//
// Cargo.toml: `afresh` with `login`, `serde` with `derive`.
// Credential: call `.refresher(account_client_credentials(id, secret))` on the builder.
// Or: write `let app = account_app(client_id);`, call `.refresher(app.clone())` on the builder, then call `app.browser().run(client.session()).await?`.
// Or: pass a bearer token with `.tokens(afresh::Tokens::new(token))` on the builder.
// This client supports the whole document.

use serde::{Deserialize, Serialize};

/// The URL of the first server in the document.
#[allow(dead_code)]
pub const BASE_URL: &str = "http://127.0.0.1:8747";

/// Parcels
///
/// Where parcels are.
#[afresh::api]
#[header("accept" = "application/json")]
#[allow(dead_code, clippy::too_many_arguments)]
pub trait Parcels {
    /// Lists parcels, a page at a time.
    ///
    /// - `state`: Selects the parcels in this state.
    #[get("/parcels")]
    #[pages(cursor = "/next", into = "after", items = "/parcels")]
    async fn list_parcels(
        &self,
        #[query] state: Option<State>,
        #[query] after: Option<&str>,
    ) -> afresh::Result<afresh::Items<Parcel>>;

    /// One parcel.
    #[get("/parcels/{id}")]
    #[none_on(404)]
    async fn get_parcel(&self, id: i64) -> afresh::Result<Option<Parcel>>;

    /// Sets the state of a parcel.
    #[put("/parcels/{id}/state")]
    async fn set_state(&self, id: i64, #[json] body: &Change) -> Result<Parcel, SetStateError>;

    #[public]
    #[get("/health")]
    async fn health(&self) -> afresh::Result<()>;
}

/// Returns the client credentials grant of `account`.
///
/// Pass the grant to `.refresher(...)` on the builder; the program then logs itself in.
///
/// Scopes:
/// - `parcels`: To see and change parcels.
#[allow(dead_code)]
pub fn account_client_credentials(id: &str, secret: &str) -> afresh::oauth2::ClientCredentials {
    afresh::oauth2::ClientCredentials::new("http://127.0.0.1:8747/token", id, secret)
}

/// Returns the app for the authorization code flow of `account`.
///
/// Call `.refresher(app.clone())` on the builder, so that the session refreshes itself.
/// Then call `app.browser().run(client.session())` to log a user in.
///
/// Scopes:
/// - `parcels`: To see and change parcels.
#[allow(dead_code)]
pub fn account_app(client_id: &str) -> afresh::oauth2::App {
    afresh::oauth2::Server::new("http://127.0.0.1:8747/authorize", "http://127.0.0.1:8747/token")
        .client(client_id)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum State {
    #[serde(rename = "posted")]
    Posted,
    #[serde(rename = "on_the_way")]
    OnTheWay,
    #[serde(rename = "delivered")]
    Delivered,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Parcel {
    pub id: i64,
    pub state: State,
    /// In kilograms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

#[allow(dead_code)]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Page {
    pub parcels: Vec<Parcel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Change {
    pub state: State,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Refusal {
    pub reason: String,
}

/// The error responses that the document describes, one variant for each status.
#[allow(dead_code)]
#[derive(Debug, afresh::ApiError)]
#[allow(clippy::large_enum_variant)]
pub enum SetStateError {
    /// 409 Conflict
    #[status(409)]
    Conflict(Refusal),
    /// Any other error.
    #[other]
    Other(afresh::Error),
}
