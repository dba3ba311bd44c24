//! Runs each example as a user would, and checks that the example succeeds and prints the expected last line.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// `cargo test` builds the examples together with the tests.
fn example(name: &str) -> Command {
    let test = env::current_exe().unwrap();
    let path: PathBuf = test.parent().and_then(|deps| deps.parent()).unwrap().join("examples").join(name);
    assert!(
        path.with_extension(env::consts::EXE_EXTENSION).exists(),
        "the example is not built; run `cargo build --examples`"
    );
    Command::new(path)
}

fn last_line(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    out.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_quickstart_refreshes_once_for_64_calls() {
    assert_eq!(last_line(&example("quickstart").output().unwrap()), "64 calls, 64 answered, 1 refresh");
}

#[test]
fn a_tool_that_is_started_ten_times_at_once_refreshes_once() {
    let output = example("cli").output().unwrap();
    assert_eq!(last_line(&output), "10 runs at once, 10 answered, 1 refresh");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("The server refused 10 calls and received 0 refresh tokens that were already used."),
        "{said}"
    );
    assert!(said.contains("$ cli whoami\nada\n"), "the tool stays logged in after the login run: {said}");
    assert!(
        said.contains("$ cli orders\nLog in first"),
        "the tool stays logged out after the logout run: {said}"
    );
}

#[test]
fn a_fleet_refreshes_once_for_each_expiry() {
    if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(
            env::var_os("AFRESH_REQUIRE_REDIS").is_none(),
            "`AFRESH_REQUIRE_REDIS` is set, but redis-server is not installed"
        );
        // `afresh-tests-skipped` reports that the example was skipped.
        return;
    }
    let output = example("fleet").env_remove("REDIS_URL").output().unwrap();
    assert_eq!(last_line(&output), "4 workers, 800 jobs done, 3 refreshes");
}

#[test]
fn the_instances_of_a_service_share_one_token() {
    assert_eq!(last_line(&example("service").output().unwrap()), "61 calls, 1 token");
}

#[test]
fn a_tool_logs_in_with_a_browser_and_with_a_device_code() {
    let output = example("login").output().unwrap();
    let last = last_line(&output);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(last, "1 login with a browser, 1 with a device code, 1 refresh", "{said}");
    assert!(said.contains("$ login login --auto\nYou are ada.\n"), "{said}");
    assert!(said.contains("$ login logout\nLogged out.\n$ login whoami\nLog in first.\n"), "{said}");
    assert_eq!(said.matches("You are ada.").count(), 5, "{said}");
}
