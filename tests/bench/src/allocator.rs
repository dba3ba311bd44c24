//! The allocator of this program: the system's, and a count of what is asked of it while somebody wants to know.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};

use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// Off, it costs a load and a branch for each allocation, so that instructions can be counted by the same program.
static COUNTS: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static GROWTHS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// What was asked for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Asked {
    pub allocations: u64,
    /// How often memory that had been allocated grew.
    pub growths: u64,
    /// In all, by how much it grew included.
    pub bytes: u64,
}

/// Counts from now on, on every thread.
pub fn count() {
    COUNTS.store(true, Relaxed);
}

/// What was asked for since [`count`].
pub fn asked() -> Asked {
    let [allocations, growths, bytes] = [&ALLOCATIONS, &GROWTHS, &BYTES].map(|count| count.load(Relaxed));
    Asked { allocations, growths, bytes }
}

fn note(times: &AtomicU64, bytes: usize) {
    if COUNTS.load(Relaxed) {
        times.fetch_add(1, Relaxed);
        BYTES.fetch_add(bytes as u64, Relaxed);
    }
}

struct Counting;

// SAFETY: everything is the system's allocator's doing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(&ALLOCATIONS, layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(&ALLOCATIONS, layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(&GROWTHS, size.saturating_sub(layout.size()));
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}
