//! Provides the browser's clocks and timers.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use js_sys::Function;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
/// Outside a browser, tests can pause `Instant`, but not `RealInstant`. In a browser, `Instant` and `RealInstant` are
/// the same type, which tests cannot pause.
pub(crate) use web_time::Instant as RealInstant;
pub(crate) use web_time::Instant;

/// The maximum duration that a browser timer supports.
const MAX: Duration = Duration::from_millis(i32::MAX as u64);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = "setTimeout")]
    fn set_timeout(handler: &Function, millis: i32) -> JsValue;
    #[wasm_bindgen(js_name = "clearTimeout")]
    fn clear_timeout(id: &JsValue);
}

pub(crate) fn real_now() -> RealInstant {
    RealInstant::now()
}

/// In a browser, the standard library's `SystemTime` exists, but `SystemTime::now` panics.
pub(crate) fn wall() -> SystemTime {
    let since = web_time::SystemTime::now().duration_since(web_time::UNIX_EPOCH);
    SystemTime::UNIX_EPOCH + since.unwrap_or_default()
}

/// A future that completes at the time `until`.
pub(crate) struct Sleep {
    until: Instant,
    timer: Option<SendWrapper<Timer>>,
}

/// A running browser timer.
struct Timer {
    id: JsValue,
    /// The waker of the waiting task, or `None` if the timer has fired.
    waker: Rc<RefCell<Option<Waker>>>,
    _fire: Closure<dyn FnMut()>,
}

pub(crate) fn sleep(wait: Duration) -> Sleep {
    let now = Instant::now();
    sleep_until(now.checked_add(wait).unwrap_or(now + MAX))
}

pub(crate) fn sleep_until(until: Instant) -> Sleep {
    Sleep { until, timer: None }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.timer = None;
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        let is_running = self.timer.as_ref().is_some_and(|timer| timer.waker.borrow().is_some());
        match self.timer.as_ref().filter(|_| is_running) {
            Some(timer) => *timer.waker.borrow_mut() = Some(waker),
            None => self.timer = Some(SendWrapper::new(Timer::start(left, waker))),
        }
        Poll::Pending
    }
}

impl Timer {
    fn start(wait: Duration, waker: Waker) -> Self {
        let waker = Rc::new(RefCell::new(Some(waker)));
        let fired = waker.clone();
        let fire = Closure::new(move || {
            let waker = fired.borrow_mut().take();
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        // The wait is rounded up to whole milliseconds, because rounding down would make the timer fire too early.
        let millis = (wait.min(MAX) + Duration::from_micros(999)).as_millis();
        let id = set_timeout(fire.as_ref().unchecked_ref(), i32::try_from(millis).unwrap_or(i32::MAX));
        Self { id, waker, _fire: fire }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

/// The error that is returned when a future takes too long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Elapsed(());

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl Error for Elapsed {}

pub(crate) async fn timeout<F: Future>(wait: Duration, future: F) -> Result<F::Output, Elapsed> {
    end_with(sleep(wait), future).await
}

pub(crate) async fn timeout_at<F: Future>(end: Instant, future: F) -> Result<F::Output, Elapsed> {
    end_with(sleep_until(end), future).await
}

async fn end_with<F: Future>(mut sleep: Sleep, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => Pin::new(&mut sleep).poll(context).map(|()| Err(Elapsed(()))),
    })
    .await
}
