//! The transport for these tests: an in-memory service, or, with `AFRESH_TRANSPORT=hyper`, a `HyperTransport` that uses
//! HTTP/1.1 over in-memory pipes.

use std::env;
use std::process::Command;

use afresh::__private::Api;
use afresh::ClientBuilder;
use afresh::error::BoxError;
use afresh::transport::HyperTransport;
use afresh_tests::Double;

const SWITCH: &str = "AFRESH_TRANSPORT";

/// Returns whether the tests use `HyperTransport`.
pub fn is_hyper() -> bool {
    env::var(SWITCH).is_ok_and(|name| name == "hyper")
}

/// A client builder that can be connected to a fake server.
pub trait ConnectTo {
    /// Makes the client send all requests to `double`.
    fn connect_to(self, double: impl Double) -> Self;
}

impl<C: Api> ConnectTo for ClientBuilder<C> {
    fn connect_to(self, double: impl Double) -> Self {
        if is_hyper() {
            self.transport(hyper_transport(double))
        } else {
            self.transport(afresh_tests::InMemory::new(double))
        }
    }
}

pub fn hyper_transport(double: impl Double) -> HyperTransport {
    HyperTransport::over(move |origin| {
        let pipe = afresh_tests::connect(double.clone(), &origin);
        async move { Ok::<_, BoxError>(pipe) }
    })
}

/// The tests that run only with the in-memory transport, each identified by the start of its module path.
const IN_MEMORY_ONLY: &[&str] = &[
    "transports::",
    // These tests open their own sockets and pipes.
    "hyper_transport::",
    // These tests check that a body is not copied, that headers are marked as sensitive, or that a request keeps its
    // timeout and extensions.
    "bodies::bytes_are_sent_twice_without_a_copy",
    "credential_placement::headers_that_carry_secrets_are_marked_sensitive",
    "single_call::a_hand_written_request_keeps_its_timeout_and_extensions_in_both_sends",
    // These tests check the exact error returned by the transport. With `HyperTransport`, a fake server cannot choose
    // the error, because the transport always reports a broken connection.
    "failures::an_unreachable_refresh_endpoint_keeps_the_session",
    "replay::a_second_send_that_fails_keeps_the_new_token",
    "events_and_errors::an_error_holds_the_refusal_and_why_the_refresh_failed",
    // These tests check all headers of a request, but HTTP/1.1 adds headers.
    "grants::a_refresh_at_another_origin_is_one_request_for_all_calls",
    "injection::a_header_argument_is_exactly_one_value",
    // These tests count tasks, wake-ups and polls, but with `HyperTransport` each connection adds a task.
    "bounds::a_waiting_call_costs_no_task_and_one_wake_up",
    "cancellation::a_refresh_completes_if_its_call_is_dropped_before_the_first_poll",
    "clocks::an_idle_client_has_no_task_and_refreshes_nothing",
    "keep_fresh::a_dropped_guard_stops_but_a_refresh_in_progress_finishes",
    "logout::a_logout_before_the_refresh_has_run_discards_it_too",
    // When these tests shut down a runtime, the connections that the runtime drives are closed, too.
    "two_runtimes::",
    "given_up_refreshes::",
    // With `HyperTransport`, a call and an early refresh in these tests would use two connections, so the two requests
    // would arrive in random order.
    "bounds::a_long",
    "uncertain_tokens::clients_that_logged_in_together_refresh_at_different_times",
    "rejected_early_refresh::the_end_of_the_session_says_that_the_rotation_was_lost",
    // With `HyperTransport`, these tests would open tens of thousands of connections or run for hours.
    "chaos::",
    "store_schedules::",
    "forbidden_routes::three_forbidden_routes_cost_no_more_than_three_times_one",
    "tenants::ten_thousand_tenants_share_no_global_state",
];

/// Runs all tests of this binary again with `HyperTransport`, except those in `IN_MEMORY_ONLY`.
#[test]
fn every_test_passes_over_hyper_transport_too() {
    if is_hyper() {
        return;
    }
    let mut again = Command::new(env::current_exe().unwrap());
    again.env(SWITCH, "hyper");
    for name in IN_MEMORY_ONLY {
        again.args(["--skip", name]);
    }
    let output = again.output().unwrap();
    let succeeded = output.status.success();
    let output = String::from_utf8_lossy(&output.stdout);
    assert!(succeeded, "over HyperTransport:\n{output}");
}
