//! Several worker processes share one session in Redis. Run the demonstration with `cargo run --example fleet`. The
//! command starts a shop server, the workers and, by default, a Redis server.
//!
//! The demonstration uses the Redis server at `REDIS_URL` if that variable is set. If `REDIS_URL` is not set, the
//! demonstration starts its own `redis-server`.

mod redis;

use std::env;
use std::error::Error;
use std::time::Duration;

use afresh::store::RedisStore;
use afresh::{RefreshToken, Tokens, api};
use afresh_examples::shop::Shop;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::redis::Redis;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The shop's API.
#[api]
trait Orders {
    #[login]
    #[post("/login")]
    async fn login(
        &self,
        #[json("name")] name: &str,
        #[json("password")] password: &str,
    ) -> afresh::Result<Tokens>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> afresh::Result<Tokens>;

    #[get("/orders")]
    async fn orders(&self) -> afresh::Result<Vec<String>>;
}

const WORKERS: usize = 4;
const TASKS: usize = 8;
const JOBS: usize = WORKERS * TASKS * 25;
/// The number of calls for which an access token is valid. An access token is valid for a quarter of all jobs, so three
/// access tokens expire during a run.
const GOOD_FOR: usize = JOBS / 4;
/// The time that a worker needs for one job. If jobs took no time, the first worker to receive a new access token could
/// use up the token before the other workers have read it from Redis.
const WORK: Duration = Duration::from_millis(50);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    match env::args().nth(1).as_deref() {
        Some("worker") => work().await,
        _ => lead().await,
    }
}

fn shop(url: &str, redis: &str) -> Result<OrdersClient> {
    // Each user needs a separate key in Redis.
    let store = RedisStore::new(redis, "shop:session:ada")?;
    Ok(OrdersClient::builder(url).store(store).build()?)
}

/// A worker does not communicate with the other workers.
async fn work() -> Result<()> {
    let shop = shop(&env::var("SHOP_URL")?, &env::var("REDIS_URL")?)?;
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let shop = shop.clone();
        tasks.spawn(async move {
            for _ in 0..JOBS / WORKERS / TASKS {
                shop.orders().await?;
                sleep(WORK).await;
            }
            Ok::<(), afresh::Error>(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    Ok(())
}

async fn lead() -> Result<()> {
    let redis = Redis::find()?;
    let server = Shop::start(GOOD_FOR).await?;
    // One process logs in, and all workers use its session.
    shop(&server.url, &redis.url)?.login("ada", "lovelace").await?;

    println!(
        "{WORKERS} processes, each with {TASKS} tasks, run {JOBS} jobs in total. An access token is valid for {GOOD_FOR} calls."
    );
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        let mut worker = Command::new(env::current_exe()?);
        worker.arg("worker").env("SHOP_URL", &server.url).env("REDIS_URL", &redis.url);
        workers.push(worker.env("NO_PROXY", "127.0.0.1").kill_on_drop(true).spawn()?);
    }
    for mut worker in workers {
        if !worker.wait().await?.success() {
            return Err("a worker failed".into());
        }
    }
    let counts = server.counts();
    println!(
        "The server refused {} calls, which were then sent again. The server received {} refresh tokens that were already used.",
        counts.refused, counts.spent
    );
    println!("{WORKERS} workers, {} jobs done, {} refreshes", counts.answered, counts.refreshes);
    Ok(())
}
