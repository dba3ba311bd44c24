//! Causes a compile error if a program uses `App::browser` in a browser build, because a web page cannot listen for the
//! redirect.

use super::app::App;
use crate::platform::absent::Listeners;

impl App {
    #[doc(hidden)]
    pub fn browser(&self)
    where
        for<'a> &'a Self: Listeners,
    {
    }
}
