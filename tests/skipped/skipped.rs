//! Prints one line for each group of tests that this machine cannot run, with the command that runs the group.

use std::net::TcpListener;

use afresh_tests::RedisServer;

fn main() {
    if !RedisServer::is_installed() {
        println!(
            "skipped: the store in Redis (redis-server is missing): install redis-server, then cargo test -p afresh-tests \
             --test stores --test processes, and cargo test -p afresh-examples fleet"
        );
    }
    if TcpListener::bind("[::1]:0").is_err() {
        println!(
            "skipped: another program on [::1] (this machine has no IPv6): enable IPv6, then cargo test -p afresh-tests \
             ipv6"
        );
    }
}
