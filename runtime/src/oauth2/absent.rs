//! The login that a browser does not have: a use of it does not compile.

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
