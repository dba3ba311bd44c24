//! Runs a thread whose runtime stalls during a refresh, as in a blocking wrapper with one runtime for each thread.

use std::thread;

use tokio::runtime::Builder;
use tokio::select;

use crate::calls::{ShopClient, call, print_line};
use crate::steps::Steps;

/// Starts a call on a new runtime, and stops polling the runtime when the call's refresh reaches the step at which
/// `steps` pauses the store. If `logs_out` is set, the session is cleared before the runtime stalls.
pub fn stall(shop: ShopClient, steps: Steps, logs_out: bool) {
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            select! {
                () = call(shop.clone()) => panic!("the refresh does not stop"),
                () = steps.arrival() => {}
            }
            if logs_out {
                shop.session().clear();
            }
        });
        print_line("stalled");
        loop {
            thread::park();
        }
    });
}
