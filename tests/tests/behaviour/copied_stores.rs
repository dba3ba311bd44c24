//! A copied session is reported before the client uses the refresh token that the copy shares with the original
//! session.

use std::fs;
use std::path::PathBuf;

use afresh::error::BoxError;
use afresh::session::SessionEvents;
use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
use afresh::{FileStore, MemoryStore, SessionEvent, SessionState, Tokens};
use afresh_tests::{Handling, Role, World};

use crate::api::{Shop, ShopClient, builder, order, tokens};

/// A temporary directory for one test, with one store in each subdirectory.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("afresh-copies-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }

    /// Returns a client whose store is in the subdirectory `inner`, and the events emitted since the client loaded the
    /// session.
    async fn process(&self, world: &World, inner: &str) -> (ShopClient, SessionEvents) {
        let store = FileStore::new(self.0.join(inner).join("session"));
        let shop = builder(world).store(store).build().unwrap();
        let events = shop.session().events();
        shop.session().load().await.unwrap();
        (shop, events)
    }

    /// Returns whether a new client for the store in `inner` reports a copied session.
    async fn tells_of_a_copy(&self, world: &World, inner: &str) -> bool {
        let (shop, mut events) = self.process(world, inner).await;
        assert_ne!(shop.session().state(), SessionState::LoggedOut);
        copies_told(&mut events) == 1
    }

    fn copy(&self, from: &str, to: &str, files: &[&str]) {
        fs::create_dir_all(self.0.join(to)).unwrap();
        for file in files {
            fs::copy(self.0.join(from).join(file), self.0.join(to).join(file)).unwrap();
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const SESSION: &[&str] = &["session"];
const ALL: &[&str] = &["session", "session.lock", "session.write"];

fn copies_told(events: &mut SessionEvents) -> usize {
    let reported = std::iter::from_fn(|| events.try_next());
    reported.filter(|event| matches!(event, SessionEvent::GrantShared)).count()
}

/// Returns a fake server and a directory with one store, `home`, whose session has been refreshed once.
async fn at_home(name: &str) -> (World, Folder) {
    let (world, folder) = (World::new(), Folder::new(name));
    world.guard_with(403, |_| order(7));
    let (shop, mut events) = folder.process(&world, "home").await;
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    world.authority.expire();
    shop.order(7).await.unwrap();
    assert_eq!(copies_told(&mut events), 0);
    (world, folder)
}

/// R8: a copy of the session file or of its whole directory is reported once, before the shared refresh token is used.
#[tokio::test]
async fn a_copy_is_reported_once_before_a_token_is_spent() {
    for (name, files) in [("file", SESSION), ("folder", ALL)] {
        let (world, folder) = at_home(name).await;
        folder.copy("home", "copy", files);
        let (shop, mut events) = folder.process(&world, "copy").await;
        assert_eq!(copies_told(&mut events), 1);
        world.authority.assert_refreshes(1);
        shop.order(7).await.unwrap();
        shop.session().load().await.unwrap();
        assert_eq!(copies_told(&mut events), 0);
        assert!(!folder.tells_of_a_copy(&world, "home").await);
    }
}

/// R8: once a copied session has been refreshed, it is no longer reported, because no other store contains its new
/// refresh token.
#[tokio::test]
async fn a_copy_is_an_original_once_it_has_refreshed() {
    let (world, folder) = at_home("original").await;
    folder.copy("home", "copy", ALL);
    world.authority.expire();
    let (shop, _) = folder.process(&world, "copy").await;
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(2);
    assert!(!folder.tells_of_a_copy(&world, "copy").await);
    folder.copy("copy", "home", SESSION);
    assert!(folder.tells_of_a_copy(&world, "home").await);
}

/// R8: a copied session whose refresh fails is still reported as a copy, because both stores still contain the same
/// refresh token.
#[tokio::test]
async fn a_copy_that_could_not_refresh_is_still_a_copy() {
    let (world, folder) = at_home("failing").await;
    folder.copy("home", "copy", ALL);
    world.authority.expire();
    world.authority.always(Role::Refresh, Handling::instead(400));
    let (shop, _) = folder.process(&world, "copy").await;
    shop.order(7).await.unwrap_err();
    world.authority.assert_refreshes(2);
    assert!(folder.tells_of_a_copy(&world, "copy").await);
}

/// R8: if a running process's session file is overwritten with a newer session file from another store, the process
/// reports the copied session.
#[tokio::test]
async fn a_copy_over_the_file_of_a_running_process_is_reported() {
    let (world, folder) = at_home("running").await;
    folder.copy("home", "copy", ALL);
    let (copy, mut events) = folder.process(&world, "copy").await;
    assert_eq!(copies_told(&mut events), 1);
    world.authority.expire();
    let (home, _) = folder.process(&world, "home").await;
    home.order(7).await.unwrap();
    folder.copy("home", "copy", SESSION);
    copy.session().load().await.unwrap();
    assert_eq!(copies_told(&mut events), 1);
}

/// R8: if a session is copied into an empty store, the copied session is reported before any refresh.
#[tokio::test]
async fn a_copy_into_an_empty_store_is_reported_before_any_refresh() {
    let (world, folder) = (World::new(), Folder::new("first"));
    let (shop, _) = folder.process(&world, "home").await;
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    folder.copy("home", "copy", SESSION);
    assert!(folder.tells_of_a_copy(&world, "copy").await);
    assert!(!folder.tells_of_a_copy(&world, "home").await);
}

/// R8: after a new login, a copied store is no longer reported as a copy, because no other store contains the new
/// tokens.
#[tokio::test]
async fn a_login_in_a_copy_shares_nothing() {
    let (world, folder) = at_home("login").await;
    folder.copy("home", "copy", ALL);
    let (shop, _) = folder.process(&world, "copy").await;
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    assert!(!folder.tells_of_a_copy(&world, "copy").await);
}

/// R8: a moved store is not reported as a copy.
#[cfg(unix)]
#[tokio::test]
async fn a_moved_store_is_not_a_copy() {
    let (world, folder) = at_home("moved").await;
    fs::rename(folder.0.join("home"), folder.0.join("moved")).unwrap();
    assert!(!folder.tells_of_a_copy(&world, "moved").await);
}

/// R8: a copied session that has no refresh token is not reported, because several processes can use the same access
/// token.
#[tokio::test]
async fn a_copied_access_token_alone_is_not_reported() {
    let (world, folder) = at_home("nothing").await;
    let (shop, _) = folder.process(&world, "bare").await;
    shop.session().set(Tokens::new("an access token")).await.unwrap();
    folder.copy("bare", "copy", SESSION);
    assert!(!folder.tells_of_a_copy(&world, "copy").await);
}

/// A memory store whose location is set by the test.
#[derive(Clone)]
struct Somewhere(MemoryStore, Option<&'static str>);

impl SessionStore for Somewhere {
    async fn load(&self) -> Result<Stored, BoxError> {
        self.0.load().await
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        self.0.swap(swap).await
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        self.0.lock().await
    }

    async fn place(&self) -> Option<String> {
        self.1.map(str::to_owned)
    }
}

/// R8: a client does not report copied sessions if its store has no location. If the store has a location, a refresh
/// stores that location together with the new tokens.
#[tokio::test(start_paused = true)]
async fn a_store_without_a_location_reports_no_copies() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let memory = MemoryStore::new();
    let start = async |place| {
        let shop = builder(&world).store(Somewhere(memory.clone(), place)).build().unwrap();
        let mut events = shop.session().events();
        shop.session().load().await.unwrap();
        (shop, copies_told(&mut events))
    };
    let (nowhere, _) = start(None).await;
    nowhere.session().set(tokens(&world.authority.issue())).await.unwrap();
    let (here, reported) = start(Some("here")).await;
    assert_eq!(reported, 0);
    world.authority.expire();
    here.order(7).await.unwrap();
    for (place, copies) in [(None, 0), (Some("here"), 0), (Some("there"), 1)] {
        assert_eq!(start(place).await.1, copies);
    }
}
