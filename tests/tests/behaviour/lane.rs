//! Over which transport these tests run: a service in memory, or with `AFRESH_TRANSPORT=hyper` the lean transport, over
//! HTTP/1.1 on pipes in memory.

use std::env;
use std::process::Command;

use afresh::__private::Api;
use afresh::ClientBuilder;
use afresh::error::BoxError;
use afresh::transport::HyperTransport;
use afresh_tests::Double;

const SWITCH: &str = "AFRESH_TRANSPORT";

/// Whether errors, bytes and time cross a real connection.
pub fn is_lean() -> bool {
    env::var(SWITCH).is_ok_and(|name| name == "hyper")
}

/// How a client of these tests is connected to its double.
pub trait Reaching {
    /// Sends to this double.
    fn reaching(self, double: impl Double) -> Self;
}

impl<C: Api> Reaching for ClientBuilder<C> {
    fn reaching(self, double: impl Double) -> Self {
        if is_lean() {
            self.transport(lean(double))
        } else {
            self.transport(afresh_tests::InMemory::new(double))
        }
    }
}

/// The lean transport to this double.
pub fn lean(double: impl Double) -> HyperTransport {
    HyperTransport::over(move |origin| {
        let pipe = afresh_tests::connect(double.clone(), &origin);
        async move { Ok::<_, BoxError>(pipe) }
    })
}

/// What a test looks at that does not cross a connection, or that a connection changes of itself.
const IN_MEMORY_ONLY: &[&str] = &[
    "lane::",
    // They run over real sockets and pipes by themselves.
    "lean::",
    // That two bodies are the same memory; that a header is marked; a time-out and an extension of the request.
    "bodies::bytes_are_sent_twice_without_a_copy",
    "placement::headers_that_carry_secrets_are_marked_sensitive",
    "single_call::a_hand_written_request_keeps_its_timeout_and_extensions_in_both_sends",
    // The very error of the transport: here it is always a connection that broke.
    "failures::a_refresh_endpoint_out_of_reach_costs_nobody_the_session",
    "replay::a_second_send_that_breaks_leaves_the_refreshed_token_in_place",
    "reporting::an_error_holds_the_refusal_and_why_the_refresh_failed",
    // All headers of a request: HTTP/1.1 adds its own.
    "grants::a_refresh_token_is_exchanged_at_another_origin_once_for_everybody",
    "injection::a_header_argument_is_exactly_one_value",
    // How many tasks there are, how many wakes it takes, and how far a call gets in one poll: connections are tasks.
    "bounds::a_waiter_costs_no_task_and_one_wake",
    "cancellation::a_refresh_whose_caller_leaves_before_it_was_ever_polled_completes",
    "clocks::an_idle_client_has_no_task_and_refreshes_nothing",
    "keep_fresh::a_dropped_guard_stops_but_breaks_nothing_off",
    "logout::a_logout_before_a_refresh_has_run_discards_it_too",
    // The connections of a runtime end with it.
    "cancellation::waiters_on_another_runtime",
    // A call and a refresh ahead of time are two connections: which of the two arrives first is open.
    "bounds::a_long",
    "doubts::clients_that_logged_in_together_renew_apart",
    "last_credential::a_last_credential_remembers_that_its_rotation_was_lost",
    // Tens of thousands of connections or hours of calls.
    "chaos::",
    "fruitless::three_forbidden_routes_cost_no_more_than_three_times_one",
    "tenants::ten_thousand_tenants_cost_nothing_but_themselves",
];

/// Every other test of this program holds over the lean transport too.
#[test]
fn everything_holds_over_the_lean_transport() {
    if is_lean() {
        return;
    }
    let mut again = Command::new(env::current_exe().unwrap());
    again.env(SWITCH, "hyper");
    for name in IN_MEMORY_ONLY {
        again.args(["--skip", name]);
    }
    let output = again.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "over the lean transport:\n{told}");
}
