//! Checks of `FileStore`.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use afresh::FileStore;
use afresh_tests::store_conformance::{Place, all};

/// A temporary directory that is removed when the test ends.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("afresh-stores-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct InFile(Folder);

impl InFile {
    fn path(&self) -> PathBuf {
        self.0.0.join("deep").join("session")
    }
}

impl Place for InFile {
    type Store = FileStore;

    fn open(&self) -> FileStore {
        FileStore::new(self.path())
    }

    async fn spoil(&self) -> bool {
        fs::create_dir_all(self.path().parent().unwrap()).unwrap();
        fs::write(self.path(), "foreign data").unwrap();
        true
    }

    async fn is_spoilt(&self) -> bool {
        fs::read_to_string(self.path()).unwrap() == "foreign data"
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_store_passes_all_checks() {
    all(|| InFile(Folder::new())).await;
}
