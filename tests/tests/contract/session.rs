//! Tests the public API of a session: tokens, state, events, and `ensure_login`.

use std::time::Duration;

use afresh::store::{RedisStore, SealKey, Sealed, SessionStore};
use afresh::{MemoryStore, Result, Session, SessionEvent, SessionState, Tokens};

use crate::declarations::{Credentials, Shop as _, ShopClient};

#[tokio::test]
async fn a_session_is_set_read_watched_and_cleared() {
    let shop = ShopClient::builder("https://shop.example").build().unwrap();
    let session = shop.session();
    let mut events = session.events();
    assert!(matches!(session.state(), SessionState::LoggedOut));
    session.set(Tokens::new("a").with_refresh("r").with_lifetime(Duration::from_secs(60))).await.unwrap();
    let tokens = session.tokens().unwrap();
    assert_eq!(tokens.access_token().unwrap().secret(), "a");
    assert_eq!(tokens.refresh_token().unwrap().secret(), "r");
    assert!(tokens.expires_in().unwrap() <= Duration::from_secs(60));
    session.clear().await.unwrap();
    assert!(matches!(events.next().await, Some(SessionEvent::LoggedIn)));
    assert!(matches!(events.next().await, Some(SessionEvent::LoggedOut)));
    let _: fn(SessionEvent) -> bool =
        |event| matches!(event, SessionEvent::Refreshed | SessionEvent::Expired);
}

/// A login closure can return a custom error type, and it can borrow local variables.
#[tokio::test]
async fn a_login_is_ensured_with_a_users_own_error() {
    #[derive(Debug)]
    struct Own;
    impl From<afresh::Error> for Own {
        fn from(_: afresh::Error) -> Self {
            Self
        }
    }
    let session = Session::with_store(MemoryStore::new());
    let name = String::from("ann");
    let login = || async { Ok::<_, Own>(Tokens::new(name.as_str())) };
    session.ensure_login(login).await.unwrap();
    assert_eq!(session.tokens().unwrap().access_token().unwrap().secret(), "ann");
}

/// The login closure can return the login call without awaiting it.
#[tokio::test]
async fn a_call_is_a_login() {
    let shop = ShopClient::builder("http://127.0.0.1:9").build().unwrap();
    let credentials = Credentials { user: "ann".to_owned(), password: "secret".to_owned() };
    let login: Result<()> = shop.session().ensure_login(|| shop.login(&credentials)).await;
    assert!(login.unwrap_err().is_connect());
}

#[test]
fn stores_wrap_each_other() {
    fn is_store<S: SessionStore>(_: S) {}
    is_store(Sealed::new(MemoryStore::new(), SealKey::new([7; 32])));
    let _ = |url: &str| RedisStore::new(url, "afresh:ann");
}
