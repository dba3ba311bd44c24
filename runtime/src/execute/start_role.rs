//! Starts calls with a role in the session, so that their options can be set until the first poll.

use std::future::ready;

use super::call_future::{BoxedCall, on_first_poll};
use super::context::SharedContext;
use super::options::CallOptions;
use crate::refresh::method::TokensOf;
use crate::request::call::Call;
use crate::response::answer::AnswerFuture;

/// What a call with a role does, and how its tokens are read.
#[derive(Clone, Copy)]
pub(crate) enum RoleStart {
    Login(TokensOf),
    Refresh(TokensOf),
    Logout,
}

impl SharedContext {
    /// Starts a call with a role in the session.
    pub(crate) fn start_with_role(&self, call: Call, role: RoleStart) -> BoxedCall {
        on_first_poll((self.clone(), call, role), self.call_options(), begin)
    }
}

fn begin(
    (context, mut call, role): (SharedContext, Call, RoleStart),
    mut options: CallOptions,
) -> AnswerFuture {
    match options.headers() {
        Ok(headers) => call.replace_headers(headers),
        Err(error) => return Box::pin(ready(Err(error))),
    }
    let context = context.with_options(options);
    match role {
        RoleStart::Login(tokens_of) => context.start_login(call, tokens_of),
        RoleStart::Refresh(tokens_of) => context.start_refresh(call, tokens_of),
        RoleStart::Logout => context.start_logout(call),
    }
}
