//! Tests `FileStore` at special paths: links, pipes, sockets, devices, and files of other programs.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use afresh::FileStore;
use afresh::store::{Revision, SessionStore, Swap};
use tokio::time::timeout;

use crate::files::Folder;

fn swap(basis: u64, record: &[u8]) -> Swap {
    Swap { basis: Revision::new(basis), record: record.to_vec(), fence: None }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// If the session file's path is a symbolic link, the link is kept. The session is written to the link's target, and
/// the lock files are in the target's directory.
#[tokio::test]
async fn a_link_is_followed_and_its_target_is_replaced() {
    let folder = Folder::new();
    let volume = folder.0.join("volume");
    fs::create_dir(&volume).unwrap();
    FileStore::new(volume.join("real")).swap(swap(0, b"first")).await.unwrap();
    symlink("volume/real", folder.0.join("inner")).unwrap();
    symlink(folder.0.join("inner"), folder.0.join("session")).unwrap();

    let linked = FileStore::new(folder.0.join("session"));
    assert_eq!(linked.load().await.unwrap().record, b"first");
    assert!(linked.swap(swap(1, b"second")).await.unwrap().is_some());
    let lock = linked.lock().await.unwrap();
    let direct = FileStore::new(volume.join("real"));
    assert_eq!(direct.load().await.unwrap().record, b"second");
    assert_eq!(direct.place().await, linked.place().await);
    assert!(timeout(Duration::from_millis(100), direct.lock()).await.is_err(), "both stores share one lock");
    drop(lock);
    assert_eq!(names(&folder.0), ["inner", "session", "volume"]);
    assert_eq!(names(&volume), ["real", "real.lock", "real.write"]);
    assert!(folder.0.join("session").symlink_metadata().unwrap().is_symlink());
}

#[tokio::test]
async fn a_dangling_link_creates_its_target() {
    let folder = Folder::new();
    symlink("volume/real", folder.0.join("session")).unwrap();
    let store = FileStore::new(folder.0.join("session"));
    assert_eq!(store.load().await.unwrap().revision, Revision::default());
    store.swap(swap(0, b"first")).await.unwrap();
    assert_eq!(FileStore::new(folder.0.join("volume/real")).load().await.unwrap().record, b"first");
    assert_eq!(names(&folder.0), ["session", "volume"]);
}

#[tokio::test]
async fn a_dangling_link_to_a_folder_creates_the_folder() {
    let folder = Folder::new();
    symlink("inner", folder.0.join("state")).unwrap();
    symlink("volume/shop", folder.0.join("inner")).unwrap();
    fs::create_dir(folder.0.join("volume")).unwrap();
    let store = FileStore::new(folder.0.join("state/deep/session"));
    assert_eq!(store.load().await.unwrap().revision, Revision::default());
    store.swap(swap(0, b"first")).await.unwrap();
    store.lock().await.unwrap();
    let direct = FileStore::new(folder.0.join("volume/shop/deep/session"));
    assert_eq!(direct.load().await.unwrap().record, b"first");
    assert_eq!(direct.place().await, store.place().await);
    assert_eq!(names(&folder.0), ["inner", "state", "volume"]);
    let mode = fs::metadata(folder.0.join("volume/shop")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn a_circle_of_links_is_an_error() {
    let folder = Folder::new();
    symlink("circle", folder.0.join("circle")).unwrap();
    assert!(FileStore::new(folder.0.join("circle/session")).swap(swap(0, b"first")).await.is_err());
    symlink("session", folder.0.join("session")).unwrap();
    let store = FileStore::new(folder.0.join("session"));
    assert!(store.load().await.is_err());
    assert!(store.swap(swap(0, b"first")).await.is_err());
    assert!(store.lock().await.is_err());
}

/// Other programs' files with similar names are not changed, and their file mode is not applied to the session file.
#[tokio::test]
async fn leftovers_are_neither_used_nor_followed() {
    let folder = Folder::new();
    let path = folder.0.join("session");
    let victim = folder.0.join("victim");
    fs::write(&victim, "untouched").unwrap();
    fs::write(folder.0.join("session.new"), "left over").unwrap();
    fs::set_permissions(folder.0.join("session.new"), fs::Permissions::from_mode(0o644)).unwrap();
    symlink(&victim, folder.0.join("session.new-0123456789abcdef")).unwrap();
    for name in ["session.new-notes", "session.new-cafe1"] {
        fs::write(folder.0.join(name), "of another program").unwrap();
    }
    fs::write(folder.0.join("other.new-0123456789abcdef"), "of another store").unwrap();
    fs::write(folder.0.join("session.new-fedcba9876543210"), "of a killed process").unwrap();

    FileStore::new(&path).swap(swap(0, b"first")).await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    assert_eq!(
        names(&folder.0),
        [
            "other.new-0123456789abcdef",
            "session",
            "session.new",
            "session.new-0123456789abcdef",
            "session.new-cafe1",
            "session.new-notes",
            "session.write",
            "victim",
        ]
    );
}

/// An identity's session file never has a name that the store at the same path uses for its lock file or a temporary
/// file.
#[tokio::test]
async fn no_identity_has_the_name_of_a_lock_or_of_a_leftover() {
    let folder = Folder::new();
    let path = folder.0.join("session");
    let store = FileStore::new(&path);
    let held = store.lock().await.unwrap();
    let users = ["lock", "write", "new-0123456789abcdef"].map(|name| FileStore::for_identity(&path, name));
    for user in &users {
        user.swap(swap(0, b"of another user")).await.unwrap();
    }
    assert!(timeout(Duration::from_millis(100), store.lock()).await.is_err(), "the lock is still held");
    drop(held);
    store.swap(swap(0, b"first")).await.unwrap();
    for user in &users {
        assert_eq!(user.load().await.unwrap().record, b"of another user");
    }
}

/// If a store's path is not a regular file, the store returns an error immediately. Opening a pipe that has no writer
/// would block forever.
#[tokio::test]
async fn what_is_not_a_regular_file_is_an_error_at_once() {
    for name in ["session", "session.lock", "session.write"] {
        for kind in ["pipe", "socket", "device", "folder"] {
            let folder = Folder::new();
            let odd = folder.0.join(name);
            let mut listener = None;
            match kind {
                "pipe" => assert!(Command::new("mkfifo").arg(&odd).status().unwrap().success()),
                "socket" => listener = Some(UnixListener::bind(&odd).unwrap()),
                "device" => symlink("/dev/zero", &odd).unwrap(),
                _ => fs::create_dir(&odd).unwrap(),
            }
            let store = FileStore::new(folder.0.join("session"));
            let all = async {
                assert_eq!(store.load().await.is_err(), name == "session", "{kind} as {name}");
                assert_eq!(
                    store.swap(swap(0, b"x")).await.is_err(),
                    name != "session.lock",
                    "{kind} as {name}"
                );
                assert_eq!(store.lock().await.is_err(), name != "session.write", "{kind} as {name}");
                assert!(name != "session.write" || store.place().await.is_none());
            };
            timeout(Duration::from_secs(30), all).await.expect("nothing blocks");
            drop(listener);
        }
    }
}

#[tokio::test]
async fn a_long_file_is_an_error_and_is_not_written() {
    let folder = Folder::new();
    let path = folder.0.join("session");
    fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let store = FileStore::new(&path);
    let error = store.load().await.unwrap_err();
    assert!(error.to_string().contains("1048576"), "{error}");
    assert!(store.swap(swap(0, b"x")).await.is_err());
    fs::remove_file(&path).unwrap();
    assert!(
        store.swap(swap(0, &vec![0; 1 << 20])).await.is_err(),
        "a record that could not be read again is not written"
    );
    assert!(!path.exists());
}
