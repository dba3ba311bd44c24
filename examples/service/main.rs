//! A service that calls another service with its own credentials (RFC 6749 §4.4). All instances of the calling service
//! share one token. Run the demonstration with `cargo run --example service`.

use std::env;
use std::error::Error;
use std::path::Path;

use afresh::oauth2::ClientCredentials;
use afresh::{FileStore, api};
use afresh_examples::shop::Shop;
use futures_util::future::try_join_all;
use reqwest::redirect::Policy;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The called service's API. The trait has no `#[login]` and no `#[refresh]`, because the client uses the client
/// credentials grant.
#[api]
trait Orders {
    #[get("/orders")]
    async fn orders(&self) -> afresh::Result<Vec<String>>;
}

const INSTANCES: usize = 3;
const CALLS: usize = 20;

fn billing(url: &str, session: &Path) -> Result<OrdersClient> {
    // A real program would read the secret from a secret store.
    let grant = ClientCredentials::new(format!("{url}/oauth/token"), "billing", "s3cret-of-billing");
    let grant = grant.scope("orders:read");
    // The shop server is on this machine, so the client must not use a proxy.
    let direct = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build()?;
    // A `FileStore` is enough for instances on one machine. Instances on several machines need a `RedisStore`. Without
    // a store, each instance requests its own token.
    let store = FileStore::new(session);
    Ok(OrdersClient::builder(url).http(direct).refresher(grant).store(store).build()?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let shop = Shop::start(1000).await?;
    let folder = env::temp_dir().join(format!("shop-service-{}", std::process::id()));
    let session = folder.join("billing");

    let instances: Vec<_> = (0..INSTANCES).map(|_| billing(&shop.url, &session)).collect::<Result<_>>()?;
    let calls = instances.iter().flat_map(|instance| (0..CALLS).map(|_| instance.orders()));
    let answers = try_join_all(calls).await?;
    println!(
        "{INSTANCES} instances made {CALLS} calls each and received {} responses like {:?}.",
        answers.len(),
        answers[0]
    );

    drop(instances);
    let restarted = billing(&shop.url, &session)?;
    restarted.orders().await?;
    println!("A restarted instance read the token from the store.");

    std::fs::remove_dir_all(folder)?;
    let counts = shop.counts();
    println!("{} calls, {} token", counts.answered, counts.grants);
    Ok(())
}
