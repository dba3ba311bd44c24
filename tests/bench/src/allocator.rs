//! This program's allocator, which is the system allocator with counters that can be enabled.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};

use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// A disabled counter costs only one load and one branch per allocation, so the same program can also be used to count
// instructions.
static COUNTS: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static GROWTHS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// The allocations that the program has made.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Asked {
    pub allocations: u64,
    /// The number of reallocations to a larger size.
    pub growths: u64,
    /// The total number of allocated bytes, including the growth of existing allocations.
    pub bytes: u64,
}

/// Starts counting the allocations of all threads.
pub fn count() {
    COUNTS.store(true, Relaxed);
}

/// Returns the numbers of allocations and bytes that were counted since the call to [`count`].
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

// SAFETY: every method forwards to the system allocator.
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
