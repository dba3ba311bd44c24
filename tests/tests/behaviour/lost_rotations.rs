//! Tests refreshes whose response is lost and whose repeated request is refused: the session ends, and
//! `is_rotation_lost` returns `true` for the error.

use std::time::Duration;

use afresh_tests::{Handling, RequestState, Role, World};
use tokio::runtime::Builder;
use tokio::time::advance;

use crate::api::{Shop, event_names, tokens};
use crate::lost_answers::{forgiving, late_customer, losses};
use crate::waiting::done;

/// G4, D15: without a grace period, a lost refresh response ends the session, and `is_rotation_lost` returns `true` for
/// all errors until the next login.
#[tokio::test(start_paused = true)]
async fn without_a_grace_period_a_lost_answer_is_a_lost_rotation() {
    for loss in losses() {
        let world = World::new();
        let shop = late_customer(&world);
        let mut events = shop.session().events();
        world.authority.next(Role::Refresh, loss);

        let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
        for call in calls {
            let error = done(call).await.unwrap_err();
            assert!(error.is_rotation_lost() && error.is_session_expired(), "{error:?}");
            assert!(!error.is_refresh());
            assert_eq!(error.rejection().unwrap().status(), 403);
        }

        world.authority.assert_refreshes(2);
        world.authority.assert_retries_after_lost_answer(1);
        assert_eq!(event_names(&mut events), ["expired"]);
        for error in [shop.order(7).await.unwrap_err(), shop.session().refresh().await.unwrap_err()] {
            assert!(error.is_rotation_lost() && error.is_session_expired(), "{error:?}");
        }
        world.authority.assert_refreshes(2);
        shop.session().set(tokens(&world.authority.issue())).await.unwrap();
        world.authority.revoke();
        let error = shop.order(7).await.unwrap_err();
        assert!(
            error.is_session_expired() && !error.is_rotation_lost(),
            "the end of a later login is not a lost rotation: {error:?}"
        );
    }
}

/// G4: if a refresh response is lost during an outage and a later refresh is refused, `is_rotation_lost` returns `true`
/// for the error.
#[tokio::test(start_paused = true)]
async fn a_rotation_lost_in_an_outage_is_reported_afterwards() {
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.next(Role::Refresh, Handling::reset_after());
    world.authority.next(Role::Refresh, Handling::reset_before());
    world.authority.next(Role::Refresh, Handling::reset_before());
    assert!(shop.order(7).await.unwrap_err().is_refresh());

    advance(Duration::from_secs(2)).await;
    let error = shop.order(7).await.unwrap_err();

    assert!(error.is_rotation_lost() && error.is_session_expired(), "{error:?}");
}

/// G4: if a server error follows a lost refresh response, `is_rotation_lost` still returns `true` for the error.
#[tokio::test(start_paused = true)]
async fn a_rotation_lost_before_an_outage_is_reported_afterwards() {
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.next(Role::Refresh, Handling::reset_after());
    world.authority.next(Role::Refresh, Handling::instead(500));
    assert!(shop.order(7).await.unwrap_err().is_refresh());

    advance(Duration::from_secs(2)).await;
    let error = shop.order(7).await.unwrap_err();

    assert!(error.is_rotation_lost() && error.is_session_expired(), "{error:?}");
}

/// F7, G4: if the runtime shuts down before the refresh response arrives, `is_rotation_lost` returns `true` for the
/// error that a later call returns.
#[test]
fn a_rotation_lost_with_its_runtime_is_reported_afterwards() {
    let runtime = || Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let (dying, living) = (runtime(), runtime());
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.hold_processed(Role::Refresh);
    let exchange = dying.block_on(async {
        let _call = tokio::spawn(shop.order(7));
        world.authority.parked(Role::Refresh).await
    });
    drop(dying);
    assert_eq!(exchange.state(), RequestState::Abandoned);
    world.authority.open(Role::Refresh);

    let error = living.block_on(shop.order(7)).unwrap_err();

    assert!(error.is_rotation_lost() && error.is_session_expired(), "{error:?}");
    world.authority.assert_refreshes(2);
    world.authority.assert_retries_after_lost_answer(1);
}

/// G4: if the server rejects a refresh token and no response was lost, the error reports an expired session.
#[tokio::test(start_paused = true)]
async fn a_refused_session_without_a_lost_answer_has_expired() {
    for before in [None, Some(Handling::instead(500)), Some(Handling::reset_after())] {
        let world = forgiving();
        let shop = late_customer(&world);
        if let Some(handling) = before {
            world.authority.next(Role::Refresh, handling);
            // The response to the last refresh arrives, so the client knows which refresh token is valid.
            let _ = shop.order(7).await;
            world.authority.expire();
            advance(Duration::from_secs(20)).await;
        }
        world.authority.revoke();

        let error = shop.order(7).await.unwrap_err();

        assert!(error.is_session_expired() && !error.is_rotation_lost(), "{error:?}");
    }
}
