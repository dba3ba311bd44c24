//! Tests that several processes share one login if all of them start before a session is stored.

use std::time::{Duration, Instant};

use afresh_tests::Role;
use tokio::time::sleep;

use crate::place::Place;
use crate::process::Process;
use crate::shop::{Server, Shop};

async fn shop_before_the_first_login(place: Place) -> Shop {
    let shop = Shop::open_logged_out(place, Server::Strict).await;
    shop.world.authority.open(Role::Refresh);
    shop.world.authority.hold(Role::Login);
    shop
}

/// Returns processes that have all started a login.
fn starting(shop: &Shop, number: usize) -> Vec<Process> {
    let processes = (0..number).map(|number| shop.process(&format!("process-{number}")));
    let mut processes: Vec<_> = processes.collect();
    processes.iter_mut().for_each(|process| process.tell("login"));
    processes
}

/// Asserts that all processes share one login and that their calls succeed.
async fn all_are_logged_in(shop: &Shop, processes: &mut [Process]) {
    for process in processes {
        assert_eq!(process.says("logged in: ").await, "well", "{} in {}", process.name, shop.place.name());
        assert_eq!(process.call().await, "well");
    }
    shop.world.authority.assert_refreshes(0);
}

/// W13: if ten processes start at the same time and no session is stored, only one of them logs in.
#[tokio::test(flavor = "multi_thread")]
async fn ten_processes_that_start_at_once_log_in_once() {
    for place in Place::all() {
        let shop = shop_before_the_first_login(place).await;
        let mut processes = starting(&shop, 10);
        let login = shop.login().await;
        for process in &mut processes {
            process.says("up").await;
        }
        sleep(Duration::from_millis(300)).await;
        assert_eq!(shop.world.authority.waiting(Role::Login), 0, "the other processes wait");
        login.release();
        all_are_logged_in(&shop, &mut processes).await;
        shop.world.authority.assert_logins(1);
    }
}

/// W13: if a process is killed while it logs in, another process logs in. With a file store, the other process logs in
/// within 10 s; with Redis, it logs in after the lease has expired.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_in_its_login_frees_the_others() {
    for place in Place::all() {
        let shop = shop_before_the_first_login(place).await;
        let mut victim = shop.process("victim");
        victim.tell("login");
        let held = shop.login().await;
        let mut others = starting(&shop, 2);
        for other in &mut others {
            other.says("up").await;
        }
        sleep(Duration::from_millis(300)).await;
        let killed = Instant::now();
        victim.kill();
        drop(held);
        let login = shop.login().await;
        assert!(killed.elapsed() < Duration::from_secs(10), "{}: {:?}", shop.place.name(), killed.elapsed());
        login.release();
        all_are_logged_in(&shop, &mut others).await;
        shop.world.authority.assert_logins(2);
    }
}

/// W13: if a login takes three times as long as the lease in Redis, the lease is renewed, and no other process logs in.
#[tokio::test(flavor = "multi_thread")]
async fn the_lease_is_renewed_while_a_login_takes_longer() {
    let lease = Duration::from_secs(2);
    let Some(place) = Place::redis(lease) else { return };
    let shop = shop_before_the_first_login(place).await;
    let mut processes = starting(&shop, 3);
    let login = shop.login().await;
    sleep(3 * lease).await;
    assert_eq!(shop.world.authority.waiting(Role::Login), 0, "no other process logs in");
    login.release();
    all_are_logged_in(&shop, &mut processes).await;
    shop.world.authority.assert_logins(1);
}
