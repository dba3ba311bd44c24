//! Uses the client that `afresh-openapi parcels.yaml > src/parcels.rs` generates. The client logs in with the
//! document's `oauth2` scheme.
//!
//! With `cargo run --example openapi`, the program logs in with its own credentials. With
//! `cargo run --example openapi login`, a user logs in with a browser. Your own project needs
//! `cargo add afresh --features login`, `cargo add serde --features derive`, and
//! `cargo add tokio --features macros,rt-multi-thread`.

mod parcels;
mod server;

use parcels::{BASE_URL, Change, Parcels, ParcelsClient, SetStateError, State};
use parcels::{account_app, account_client_credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The API server runs in this process, so that the example does not need another server.
    server::start(BASE_URL)?;

    let parcels = if std::env::args().any(|argument| argument == "login") {
        let app = account_app("parcels-cli");
        let parcels = ParcelsClient::builder(BASE_URL).refresher(app.clone()).build()?;
        app.browser().run(parcels.session()).await?;
        parcels
    } else {
        let account = account_client_credentials("courier", "a secret");
        ParcelsClient::builder(BASE_URL).refresher(account).build()?
    };
    parcels.health().await?;

    let mut posted = parcels.list_parcels(Some(State::Posted), None).await?;
    while let Some(parcel) = posted.next().await.transpose()? {
        println!("parcel {} is {:?}", parcel.id, parcel.state);
    }
    let delivered = Change { state: State::Delivered };
    let parcel = parcels.set_state(1, &delivered).await?;
    println!("parcel {} is {:?}", parcel.id, parcel.state);
    match parcels.set_state(1, &delivered).await {
        Err(SetStateError::Conflict(refusal)) => println!("refused: {}", refusal.reason),
        other => println!("not refused: {other:?}"),
    }
    println!("parcel 9: {:?}", parcels.get_parcel(9).await?);
    Ok(())
}
