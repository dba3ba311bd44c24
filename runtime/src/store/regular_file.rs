//! Opens a store's files, and ensures that the store reads, locks and replaces only regular files.
//!
//! Reading a FIFO could block forever, and reading a device might never end. Another user might have created a symbolic
//! link with the name of a temporary file.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The maximum number of symbolic links that Linux follows in one path.
pub(super) const MAX_LINKS: usize = 40;

/// Follows the symbolic links from `path` and returns the path of the target file. The target file does not have to
/// exist. Returns an error if the target is not a regular file.
pub(super) fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match metadata(&path)? {
            Some(metadata) if metadata.file_type().is_symlink() => {}
            Some(metadata) => return check(&metadata).map(|()| path),
            None => return Ok(path),
        }
        path = target_of(&path, fs::read_link(&path)?);
    }
    Err(too_many_links())
}

/// Returns the path that the symbolic link `link` points to. `target` is the path stored in the link.
pub(super) fn target_of(link: &Path, target: PathBuf) -> PathBuf {
    link.parent().map_or(target.clone(), |folder| folder.join(target))
}

pub(super) fn too_many_links() -> io::Error {
    io::Error::other("the path of the session file contains too many symbolic links")
}

/// Returns the content of the file, or `None` if the file does not exist. Returns an error if the file is longer than
/// `limit`.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut options = OpenOptions::new();
    options.read(true);
    let Some(file) = open(path, &mut options)? else { return Ok(None) };
    let mut content = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut content)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > limit {
        return Err(too_long(limit));
    }
    Ok(Some(content))
}

pub(super) fn too_long(limit: u64) -> io::Error {
    io::Error::new(
        ErrorKind::InvalidData,
        format!("the file is longer than {limit} bytes, so it is not a session"),
    )
}

/// Opens a lock file, which always stays empty. Creates the file if it does not exist.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = private();
    options.create(true);
    match open(path, &mut options)? {
        Some(file) => Ok(file),
        None => Err(ErrorKind::NotFound.into()),
    }
}

/// Creates a file that only its owner can read. Returns an error if the file already exists.
pub(super) fn create(path: &Path) -> io::Result<File> {
    private().create_new(true).open(path)
}

/// Removes the file at the path if it is a regular file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match metadata(path)? {
        Some(metadata) if metadata.is_file() => fs::remove_file(path),
        _ => Ok(()),
    }
}

/// Opens a regular file. Returns the opened file, or `None` if the file does not exist and `options` do not allow
/// creating it.
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<Option<File>> {
    if let Some(metadata) = metadata(path)? {
        check(&metadata)?;
    }
    open_unchecked(path, options)
}

/// The path is opened without following a link and without blocking, because the file might have been replaced since it
/// was checked.
fn open_unchecked(path: &Path, options: &mut OpenOptions) -> io::Result<Option<File>> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    match options.open(path) {
        Ok(file) => {
            check(&file.metadata()?)?;
            Ok(Some(file))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(io::Error::new(
        ErrorKind::InvalidInput,
        "one of the store's files is not a regular file. Remove the file or use another path",
    ))
}

/// Returns the metadata of the path itself, even if the path is a symbolic link. Returns `None` if the path does not
/// exist.
fn metadata(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns options for a file that only its owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_replaces_the_file_after_the_check_is_an_error_at_once() {
        let folder = std::env::temp_dir().join(format!("afresh-{}-replaced", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, link, pipe) = (folder.join("file"), folder.join("link"), folder.join("pipe"));
        fs::write(&file, "content").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(open_unchecked(&file, OpenOptions::new().read(true)).unwrap().is_some());
        for path in [link, pipe] {
            assert!(open_unchecked(&path, OpenOptions::new().read(true)).is_err());
            assert!(open_unchecked(&path, OpenOptions::new().write(true)).is_err());
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
