//! Tests many users in one process, one user on several hosts, and one refresh token for several audiences.

use std::time::Duration;

use afresh::{RefreshToken, Result, Session, Tokens, api};
use afresh_tests::{AuthorityConfig, Origins, Role, Stage, World};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::time::advance;

use crate::api::{ANN, ORIGIN, Shop, ShopClient, builder, logged_in_client, order, tokens};
use crate::transports::ConnectTo;
use crate::waiting::{done, settled};

/// Q2: ten thousand tenants use ten thousand separate sessions and do not share any global state. If a session is
/// dropped during its refresh, the refresh completes and does not leave a task behind.
#[tokio::test(start_paused = true)]
async fn ten_thousand_tenants_share_no_global_state() {
    const TENANTS: usize = 10_000;
    let world = World::with(AuthorityConfig {
        lifetime: Some(Duration::from_secs(3600)),
        ..AuthorityConfig::default()
    });
    world.guard_with(403, |_| order(7));
    let mut tenants: Vec<ShopClient> = (0..TENANTS).map(|_| logged_in_client(&world)).collect();
    let tasks = Handle::current().metrics().num_alive_tasks();
    assert_eq!(tasks, 0, "an idle tenant has no task");

    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let calls: Vec<_> = tenants.iter().map(|tenant| tokio::spawn(tenant.order(7))).collect();
    let mut exchanges = Vec::new();
    while exchanges.len() < TENANTS {
        exchanges.push(world.authority.parked(Role::Refresh).await);
    }
    // While the refreshes are in progress, the test drops every second tenant and that tenant's call.
    let mut kept = Vec::new();
    for (number, call) in calls.into_iter().enumerate() {
        if number % 2 == 0 { kept.push(call) } else { call.abort() }
    }
    let mut number = 0;
    tenants.retain(|_| {
        number += 1;
        number % 2 == 1
    });
    settled().await;
    exchanges.into_iter().for_each(afresh_tests::ParkedRequest::release);
    for call in kept {
        done(call).await.unwrap();
    }
    settled().await;
    world.authority.assert_refreshes(TENANTS);
    world.authority.assert_granted(TENANTS);
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
}

/// Q3: two clients for different hosts share one session and its refresh, but each client keeps its own origin.
#[tokio::test(start_paused = true)]
async fn one_identity_at_two_hosts_refreshes_once() {
    let (world, files) = (World::new(), Stage::new());
    let origins = Origins::new().at(ORIGIN, world.clone()).at("https://files.test", files.clone());
    let session = Session::new();
    let at = |origin: &str| ShopClient::builder(origin).connect_to(origins.clone()).session(session.clone());
    let shop = at(ORIGIN).tokens(tokens(&world.authority.issue())).build().unwrap();
    let elsewhere = at("https://files.test").build().unwrap();

    let calls = [tokio::spawn(shop.order(7)), tokio::spawn(elsewhere.order(7))];
    let (here, there) = (world.stage.arrival().await, files.arrival().await);
    here.answer(401);
    there.answer(401);
    for stage in [&world.stage, &files] {
        let replay = stage.arrival().await;
        assert_eq!(replay.token(), Some(&*world.authority.access(2)));
        replay.answer_with(order(7));
    }
    for call in calls {
        done(call).await.unwrap();
    }
    world.stage.assert_sends(2);
    files.assert_sends(2);
    world.authority.assert_refreshes(1);
}

#[api]
trait Issuer {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[post("/token")]
    async fn token_for(&self, #[json("audience")] audience: &str) -> Result<Tokens>;
}

/// G8, Q4: sessions for two audiences share one refresh token, which a third session owns. To refresh, each audience's
/// session makes a call with the third session, so only the third session sends the refresh token.
#[tokio::test(start_paused = true)]
async fn the_sessions_of_two_audiences_share_one_refresh_token() {
    let world = World::new();
    world.guard_with(401, |seen| match seen.path() {
        "/token" => {
            (200, json!({ "access_token": format!("for {}", seen.json()["audience"].as_str().unwrap()) }))
        }
        _ => (200, json!({})),
    });
    let issuer = IssuerClient::builder(ORIGIN)
        .connect_to(world.clone())
        .tokens(tokens(&world.authority.issue()))
        .build()
        .unwrap();
    let (mail, disk) = (Stage::new(), Stage::new());
    let audience = |name: &'static str, stage: &Stage| {
        let issuer = issuer.clone();
        ShopClient::builder(format!("https://{name}.test"))
            .connect_to(stage.clone())
            .tokens(Tokens::new("expired"))
            .refresh_with(move |_| issuer.token_for(name))
            .build()
            .unwrap()
    };
    let (mails, files) = (audience("mail", &mail), audience("disk", &disk));
    world.authority.expire();

    let calls = [mails.order(1), mails.order(2), files.order(1), files.order(2)].map(tokio::spawn);
    for (stage, token) in [(&mail, "for mail"), (&disk, "for disk")] {
        for arrival in stage.arrivals(2).await {
            arrival.answer(401);
        }
        for replay in stage.arrivals(2).await {
            assert_eq!(replay.token(), Some(token));
            replay.answer_with(order(7));
        }
    }
    for call in calls {
        done(call).await.unwrap();
    }
    world.authority.assert_refreshes(1);
    world.authority.assert_max_concurrent_refreshes(1);
}

/// Q1, Q2: one tenant's failed refresh does not affect another tenant.
#[tokio::test(start_paused = true)]
async fn tenants_share_no_failure_backoff() {
    let world = World::new();
    let (ann, bob) = (logged_in_client(&world), logged_in_client(&world));
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    world.authority.next(Role::Refresh, afresh_tests::Handling::retry_after(429, "300"));
    assert!(ann.order(7).await.unwrap_err().is_refresh());
    bob.order(7).await.unwrap();
    assert!(ann.order(7).await.unwrap_err().is_refresh());
    advance(Duration::from_secs(300)).await;
    ann.order(7).await.unwrap();
    let other = builder(&world).build().unwrap();
    other.login(&ANN).await.unwrap();
}
