//! Implements locks between processes on one machine. Each lock is a kernel lock on an empty file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fs4::{FileExt, TryLockError};
use tokio::task::spawn_blocking;

use super::regular_file::{MAX_LINKS, open_lock, target_of, too_many_links};
use super::session_store::StoreLock;
use crate::error::BoxError;

/// The interval between attempts to acquire a lock that another process holds.
const PAUSE: Duration = Duration::from_millis(20);
/// The time limit for acquiring the write lock. A process that is suspended while it writes must not block other
/// processes forever.
const WRITE_WAIT: Duration = Duration::from_secs(10);

/// Waits for the lock. Returns `None` if the file system does not support locks.
pub(super) async fn lock(path: PathBuf) -> Result<Option<StoreLock>, BoxError> {
    let file = spawn_blocking(move || {
        make_folder_of(&path)?;
        open_lock(&path)
    });
    let file = file.await??;
    loop {
        // The lock is polled because a thread that waits for the lock in the kernel cannot be cancelled.
        match FileExt::try_lock(&file) {
            Ok(()) => return Ok(Some(StoreLock::new(file))),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

/// Blocks the current thread until the write lock is acquired. Dropping the returned file releases the lock.
pub(super) fn write_lock(path: &Path) -> io::Result<File> {
    write_lock_within(path, WRITE_WAIT)
}

#[expect(clippy::disallowed_methods, reason = "a browser has no files")]
fn write_lock_within(path: &Path, limit: Duration) -> io::Result<File> {
    make_folder_of(path)?;
    let file = open_lock(path)?;
    let begun = Instant::now();
    loop {
        match FileExt::try_lock(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < limit => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let text = "another process has been writing the session for more than 10 s. Stop that process, or try again later";
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Returns an identifier for a lock file. A copy of the lock file has a different identifier. Creates the lock file if
/// it does not exist. This function blocks the current thread.
pub(super) fn file_identity(path: &Path) -> io::Result<String> {
    make_folder_of(path)?;
    open_lock(path)?;
    identity_of(path)
}

/// Returns the inode number, which stays the same if the file is moved. The result does not contain the device number,
/// which can change when the machine reboots.
#[cfg(unix)]
fn identity_of(path: &Path) -> io::Result<String> {
    Ok(std::os::unix::fs::MetadataExt::ino(&fs::metadata(path)?).to_string())
}

#[cfg(not(unix))]
fn identity_of(path: &Path) -> io::Result<String> {
    Ok(fs::canonicalize(path)?.to_string_lossy().into_owned())
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| make_folder(folder, MAX_LINKS))
}

/// Creates the directory and its parent directories. If the path is a symbolic link to a directory that does not exist,
/// this function creates the target directory, because the link can point into a volume that is still empty.
fn make_folder(folder: &Path, links: usize) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.exists() {
        return Ok(());
    }
    if let Ok(target) = fs::read_link(folder) {
        let links = links.checked_sub(1).ok_or_else(too_many_links)?;
        return make_folder(&target_of(folder, target), links);
    }
    if let Some(above) = folder.parent() {
        make_folder(above, links)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    // Another process might have created the directory concurrently.
    builder.create(folder).or_else(|error| if folder.is_dir() { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_does_not_finish_blocks_another_one_for_a_limited_time() {
        let folder = std::env::temp_dir().join(format!("afresh-{}-write-lock", std::process::id()));
        let path = folder.join("session.write");
        let held = write_lock(&path).unwrap();
        let error = write_lock_within(&path, Duration::from_millis(30)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(held);
        write_lock(&path).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }
}
