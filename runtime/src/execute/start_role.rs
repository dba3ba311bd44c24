//! Starts login, refresh and logout calls. The options of a call can be set until the call is first polled.

use std::future::ready;

use super::call_future::{BoxedCall, on_first_poll};
use super::context::SharedContext;
use super::logout_call::LogoutCall;
use super::options::CallOptions;
use crate::refresh::method::TokensOf;
use crate::request::call::Call;
use crate::response::answer::AnswerFuture;

pub(crate) enum RoleStart {
    Login(Call, TokensOf),
    Refresh(Call, TokensOf),
    Logout(LogoutCall),
}

impl SharedContext {
    pub(crate) fn start_with_role(&self, call: RoleStart) -> BoxedCall {
        on_first_poll((self.clone(), call), self.call_options(), begin)
    }
}

fn begin((context, mut call): (SharedContext, RoleStart), mut options: CallOptions) -> AnswerFuture {
    if let RoleStart::Logout(logout) = &call {
        if let Err(error) = context.check_arguments(logout) {
            return Box::pin(ready(Err(error)));
        }
    }
    match options.headers() {
        Ok(headers) => match &mut call {
            RoleStart::Login(call, _) | RoleStart::Refresh(call, _) => call.replace_headers(headers),
            RoleStart::Logout(call) => call.replace_headers(headers),
        },
        Err(error) => return Box::pin(ready(Err(error))),
    }
    let context = context.with_options(options);
    match call {
        RoleStart::Login(call, tokens_of) => context.start_login(call, tokens_of),
        RoleStart::Refresh(call, tokens_of) => context.start_refresh(call, tokens_of),
        RoleStart::Logout(call) => context.start_logout(call),
    }
}
