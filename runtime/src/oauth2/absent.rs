//! Makes a use of the browser login fail to compile in a browser, where no program can listen for the redirect.

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
