//! Causes a compile error if code for a browser uses `App::browser`, because a web page cannot listen for the redirect.

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
