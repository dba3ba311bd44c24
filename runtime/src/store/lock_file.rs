//! Locks between processes on one machine: empty files, and the locks of the kernel on them.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs4::{FileExt, TryLockError};
use tokio::task::spawn_blocking;

use super::session_store::StoreLock;
use crate::error::BoxError;

/// How often a lock of another process is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// Waits for the lock. `None` if the file system has no locks.
pub(super) async fn lock(path: PathBuf) -> Result<Option<StoreLock>, BoxError> {
    let file = spawn_blocking(move || {
        make_folder_of(&path)?;
        private_file().open(path)
    });
    let file = file.await??;
    loop {
        // Polls, because a thread that waits in the kernel cannot be cancelled.
        match FileExt::try_lock(&file) {
            Ok(()) => return Ok(Some(StoreLock::new(file))),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

/// Waits for the lock of one write, which is short. It ends when the file is dropped. Blocks.
pub(super) fn write_lock(path: &Path) -> io::Result<File> {
    make_folder_of(path)?;
    let file = private_file().open(path)?;
    FileExt::lock(&file)?;
    Ok(file)
}

/// Identifies a lock file, in a way that a copy of it does not share. Creates the file if there is none.
/// Blocks.
pub(super) fn file_identity(path: &Path) -> io::Result<String> {
    if !path.exists() {
        make_folder_of(path)?;
        private_file().open(path)?;
    }
    identity_of(path)
}

/// The inode number, which stays if the file is moved. The device number may change at a restart.
#[cfg(unix)]
fn identity_of(path: &Path) -> io::Result<String> {
    Ok(std::os::unix::fs::MetadataExt::ino(&fs::metadata(path)?).to_string())
}

#[cfg(not(unix))]
fn identity_of(path: &Path) -> io::Result<String> {
    Ok(fs::canonicalize(path)?.to_string_lossy().into_owned())
}

/// Options for a file that only its owner can read.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// `path` with a suffix to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let Some(folder) = folder else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
