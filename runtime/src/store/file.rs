//! Defines [`FileStore`], which stores a session in a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::spawn_blocking;

use super::frame::{frame, unframe};
use super::lock_file::{file_identity, lock, with_suffix, write_lock};
use super::regular_file::{create, follow_links, read, remove, too_long};
use super::session_store::{Revision, SessionStore, StoreLock, Stored, Swap};
use crate::error::BoxError;

/// The maximum file length. A session is much shorter than 1 MiB, so a longer file does not contain a session.
const MAX_LENGTH: u64 = 1024 * 1024;

/// The middle part of a temporary file's name. A temporary file's name consists of the session file's name,
/// `TEMPORARY`, and random hex digits.
const TEMPORARY: &str = ".new-";

/// Stores a session in a file. Use a `FileStore` for command-line tools, or to share a session between all processes of
/// one user on one machine.
///
/// Only the owner can read the session file (mode 0600 on Unix). The session file is always complete: the store writes
/// a new file in the same directory, flushes it to disk, and renames it over the old file. Two lock files,
/// `<name>.lock` and `<name>.write`, are stored next to the session file and are never deleted. The locks are kernel
/// locks, so a lock is released when the process that holds it exits.
///
/// If the path is a symbolic link, the store replaces the link target, and the lock files are next to the target.
/// Operations return an error if the path does not name a regular file, or if the file is larger than 1 MiB.
///
/// The file system must support file locks that work between all processes that use the file. Most network file systems
/// do not support file locks that work between all processes.
///
/// ```
/// # fn example() -> afresh::Result<()> {
/// use afresh::{Client, FileStore};
///
/// let client =
/// Client::builder("https://shop.example").store(FileStore::new("/home/me/.config/shop/session")).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    /// Whether this store has already removed the temporary files of killed processes.
    swept: Arc<AtomicBool>,
}

impl FileStore {
    /// Creates a store for the session in the file at `path`. The store creates the file and its directory when needed.
    /// Only the owner can read the directories that the store creates.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::at(path.into())
    }

    /// Creates a store for the session of `identity`. The file name consists of `path`, a dot and `identity`, so each
    /// user of a tool has a separate file. Special characters are escaped.
    #[must_use]
    pub fn for_identity(path: impl Into<PathBuf>, identity: &str) -> Self {
        let mut name = path.into().into_os_string();
        name.push(".");
        // The names `lock` and `write`, and names that begin with `new-`, are reserved, because a store without an
        // identity uses them for its own files.
        let is_taken = matches!(identity, "lock" | "write") || identity.starts_with("new-");
        // Characters that a file name cannot contain are replaced with hex digits. Uppercase letters are also replaced
        // with hex digits, because some file systems ignore case.
        for (index, byte) in identity.bytes().enumerate() {
            match byte {
                _ if is_taken && index == 0 => name.push(format!("%{byte:02x}")),
                b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte).to_string()),
                _ => name.push(format!("%{byte:02x}")),
            }
        }
        Self::at(name.into())
    }

    fn at(path: PathBuf) -> Self {
        Self { path, swept: Arc::default() }
    }

    /// Replaces the file while holding the write lock, so only one process at a time can replace the file.
    fn replace(&self, swap: &Swap) -> Result<Option<Revision>, BoxError> {
        let path = follow_links(&self.path)?;
        let _write_lock = write_lock(&with_suffix(&path, ".write"))?;
        if load(&path)?.revision != swap.basis {
            return Ok(None);
        }
        if !self.swept.swap(true, Ordering::Relaxed) {
            remove_leftovers(&path);
        }
        let revision = swap.basis.next();
        write(&path, &frame(revision, &swap.record))?;
        Ok(Some(revision))
    }
}

fn load(path: &Path) -> io::Result<Stored> {
    read(path, MAX_LENGTH)?.map_or_else(|| Ok(Stored::default()), |content| unframe(&content))
}

/// Writes a new file and renames it over the old file.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > MAX_LENGTH {
        return Err(too_long(MAX_LENGTH));
    }
    let (temporary, file) = create_temporary(path)?;
    let written = write_and_rename(file, &temporary, path, content);
    written.inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

/// Creates a temporary file with a random name. The function never opens a file that already exists.
fn create_temporary(path: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        let temporary = with_suffix(path, &format!("{TEMPORARY}{:016x}", fastrand::u64(..)));
        match create(&temporary) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (temporary, file)),
        }
    }
}

fn write_and_rename(mut file: File, temporary: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(temporary, path)?;
    // The new name is durable only after the directory has been flushed. Some operating systems do not let a program
    // open a directory.
    if let Ok(folder) = File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes the temporary files of processes that were killed during a write. The caller holds the write lock, so no
/// other process is writing.
fn remove_leftovers(path: &Path) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return };
    let is_temporary = |other: &str| {
        let random = other.strip_prefix(name).and_then(|suffix| suffix.strip_prefix(TEMPORARY));
        random.is_some_and(|random| random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let Ok(entries) = fs::read_dir(folder_of(path)) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(is_temporary) {
            let _ = remove(&entry.path());
        }
    }
}

impl SessionStore for FileStore {
    async fn load(&self) -> Result<Stored, BoxError> {
        let path = self.path.clone();
        spawn_blocking(move || Ok(load(&follow_links(&path)?)?)).await?
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        let store = self.clone();
        spawn_blocking(move || store.replace(&swap)).await?
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        let path = self.path.clone();
        let path = spawn_blocking(move || follow_links(&path)).await??;
        lock(with_suffix(&path, ".lock")).await
    }

    /// Returns the identifier of the lock file that every process locks before writing. A copy of the session has a
    /// different lock file and therefore a different identifier.
    async fn place(&self) -> Option<String> {
        let path = self.path.clone();
        let identity = move || file_identity(&with_suffix(&follow_links(&path)?, ".write"));
        spawn_blocking(identity).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("afresh-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn swap(basis: u64, record: &[u8]) -> Swap {
        Swap { basis: Revision::new(basis), record: record.to_vec(), fence: None }
    }

    #[tokio::test]
    async fn of_two_swaps_with_the_same_basis_one_succeeds() {
        let folder = folder("swap");
        let store = FileStore::new(folder.join("deep").join("session"));
        assert_eq!(store.load().await.unwrap().revision, Revision::default());
        assert_eq!(store.swap(swap(0, b"one\n")).await.unwrap(), Some(Revision::new(1)));
        assert_eq!(store.swap(swap(0, b"two")).await.unwrap(), None);
        let stored = store.load().await.unwrap();
        assert_eq!(
            (stored.revision, &*stored.record),
            (Revision::new(1), &b"one\n"[..]),
            "revision and record in the store"
        );
        assert_eq!(store.swap(swap(1, b"two")).await.unwrap(), Some(Revision::new(2)));
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("mode");
        let store = FileStore::new(folder.join("session"));
        store.swap(swap(0, b"secret")).await.unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&folder.join("session")), mode(&folder)),
            (0o600, 0o700),
            "permissions of the file and of its directory"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    /// S4, S7: if the file is incomplete or was not written by this crate, operations return an error, and the file is
    /// not overwritten.
    #[tokio::test]
    async fn a_torn_or_foreign_file_is_an_error_and_is_not_overwritten() {
        let folder = folder("torn");
        let path = folder.join("session");
        let store = FileStore::new(&path);
        store.swap(swap(0, b"a record of some length")).await.unwrap();
        let whole = fs::read(&path).unwrap();
        for content in [&whole[..whole.len() - 1], &whole[..5], b"", b"{\"token\":1}\n", b"\xff\xfe"] {
            fs::write(&path, content).unwrap();
            assert!(store.load().await.is_err());
            assert!(store.swap(swap(1, b"new")).await.is_err());
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_lock_is_held_until_it_is_dropped() {
        let folder = folder("lock");
        let store = FileStore::new(folder.join("session"));
        let lock = store.lock().await.unwrap().unwrap();
        let soon = Duration::from_millis(100);
        assert!(tokio::time::timeout(soon, store.lock()).await.is_err());
        drop(lock);
        assert!(store.lock().await.unwrap().is_some());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn identities_have_separate_files() {
        let path = |identity| FileStore::for_identity("/x/session", identity).path;
        assert_eq!(path("alice"), Path::new("/x/session.alice"));
        assert_eq!(path("../Bob"), Path::new("/x/session.%2e%2e%2f%42ob"));
        assert_ne!(path("%42"), path("B"));
        assert_eq!(path("lock"), Path::new("/x/session.%6cock"));
        assert_eq!(path("locksmith"), Path::new("/x/session.locksmith"));
    }
}
