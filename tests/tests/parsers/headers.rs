//! Tests how clients react to randomly generated response headers: challenges, `Retry-After`, and links.

use std::time::Duration;

use afresh::{Pages, Tokens};
use afresh_tests::{Answer, Handling, Role, World};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use tokio::time::advance;

use crate::api::{Api, ApiClient, client, config, run};

fn customer(world: &World) -> ApiClient {
    let issued = world.authority.issue();
    client(world, Tokens::new(issued.access).with_refresh(issued.refresh))
}

fn pieces(of: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(of), 0..most).prop_map(|pieces| pieces.concat())
}

fn challenge() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "Bearer",
        "DPoP",
        "Basic",
        " ",
        ", ",
        "error",
        "=",
        "\"",
        "invalid_token",
        "insufficient_scope",
        "use_dpop_nonce",
        "realm=\"x\"",
        "scope=\"a b\"",
        "error=\"invalid_token\"",
        "error=\"insufficient_scope\"",
        "\\",
        "\\\"",
        "ü",
        "\t",
        "==",
        "error_description=\"jwt expired, sorry\"",
        "charset",
        ";",
        "token68==",
        "insufficient_user_authentication",
    ];
    pieces(PIECES, 9)
}

fn link() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "<",
        ">",
        "</linked?p=2>",
        "<https://evil.test/x>",
        "<//evil.test>",
        "; rel=next",
        "; rel=\"next\"",
        ";",
        ",",
        "rel",
        "=",
        "\"",
        "\\",
        "title*=UTF-8''%e2%82",
        "ü",
        " ",
        "<http://[::1>",
        "rel=\"prev next\"",
        "<>",
    ];
    pieces(PIECES, 9)
}

async fn all(pages: afresh::Result<Pages<Vec<u8>>>) -> usize {
    let Ok(mut pages) = pages else { return 0 };
    let mut read = 0;
    while let Some(Ok(_)) = pages.next().await {
        read += 1;
    }
    read
}

proptest! {
    #![proptest_config(config())]

    /// C3, C4, C5: a refused call causes at most one refresh, regardless of the challenges in the call's response. If
    /// the challenges do not contain an error code, exactly one refresh starts.
    #[test]
    fn no_challenge_costs_more_than_one_refresh(lines in prop::collection::vec(challenge(), 0..4), status in select(&[401, 403][..])) {
        let world = World::new();
        let mut refusal = Answer::new(status);
        for line in &lines {
            refusal = refusal.header("www-authenticate", line);
        }
        world.guard_with(refusal, |_| (200, Value::Null));
        let api = customer(&world);
        world.authority.expire();
        let result = run(api.value());
        prop_assert_eq!(result.is_ok(), world.authority.refreshes() == 1);
        prop_assert_eq!(world.stage.sends(), 1 + world.authority.refreshes());
        if !lines.concat().contains("error") {
            prop_assert!(result.is_ok());
        }
        if let Err(error) = result {
            prop_assert_eq!(error.status().unwrap(), status);
        }
    }

    /// D5: regardless of the `Retry-After` value that the refresh endpoint sends, the client waits between one second
    /// and five minutes.
    #[test]
    fn every_pause_is_between_one_second_and_five_minutes(
        text in prop_oneof!["[0-9]{0,25}", "-[0-9]{1,3}", "[0-9]{1,3}\\.[0-9]", "[ -~]{0,30}",
            "(Mon|Tue|Sun), [0-9]{2} (Jan|Feb|Dec) (1[0-9]|20|99)[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT"],
        status in select(&[429, 503][..]),
    ) {
        let world = World::new();
        world.guard(401);
        let api = customer(&world);
        world.authority.expire();
        world.authority.always(Role::Refresh, Handling::retry_after(status, &text));
        run(async {
            let failed = |result: afresh::Result<Value>| result.unwrap_err().is_refresh();
            assert!(failed(api.value().await));
            let posts = world.authority.refreshes();
            advance(Duration::from_millis(800)).await;
            assert!(failed(api.value().await));
            assert_eq!(world.authority.refreshes(), posts, "refreshes: {text}");
            advance(Duration::from_secs(300)).await;
            world.authority.always(Role::Refresh, Handling::Normal);
            assert!(api.value().await.is_ok(), "{text}");
        });
    }

    /// N3: any `Link` header causes at most one more request for a page of the list, and no token is sent to another
    /// origin.
    #[test]
    fn no_link_sends_a_token_to_another_origin(lines in prop::collection::vec(link(), 0..3)) {
        let world = World::new();
        let linked = lines.clone();
        world.stage.respond(move |seen| {
            let mut answer = Answer::json(200, [1]);
            for line in linked.iter().filter(|_| seen.number() == 0) {
                answer = answer.header("link", line);
            }
            answer
        });
        let api = customer(&world);
        let read = run(async { all(api.linked().await).await });
        prop_assert!(read <= 2 && world.stage.sends() <= 2, "{read}");
        for seen in world.log() {
            prop_assert!(seen.token().is_none() || seen.origin() == crate::api::ORIGIN, "{lines:?}");
        }
    }

    /// A link that conforms to RFC 8288 is used for the next page of the list, regardless of the link's position and
    /// quoting.
    #[test]
    fn a_link_that_follows_the_rfc_is_followed(
        before in prop::collection::vec(select(&["</a>; rel=prev", "<b,c>; rel=\"last\"; title=\"x, <y>; \\\"z\\\"\"", "<?q>;rel=first"][..]), 0..3),
        target in "/linked\\?p=[a-z0-9,;=]{1,9}",
        rel in select(&["next", "\"next\"", "\"prev next\"", "NEXT", "\"up\tnext\""][..]),
        title in prop::option::of(select(&["; title=\"a, b\"", ";title=x", " ; title*=UTF-8''x"][..])),
    ) {
        let mut links: Vec<_> = before.into_iter().map(str::to_owned).collect();
        links.push(format!("<{target}>{}; rel={rel}", title.unwrap_or_default()));
        let line = links.join(", ");
        let world = World::new();
        world.stage.respond(move |seen| match seen.number() {
            0 => Answer::json(200, [1]).header("link", &line),
            _ => Answer::json(200, [2]),
        });
        let api = customer(&world);
        prop_assert_eq!(run(async { all(api.linked().await).await }), 2);
        let seen = world.stage.log();
        prop_assert_eq!(format!("{}?{}", seen[1].path(), seen[1].query().unwrap()), target);
    }
}
