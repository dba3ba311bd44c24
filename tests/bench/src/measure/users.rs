//! Measures the memory and time that each user needs when one client serves many users.

use crate::client::Client;
use crate::section::{Section, number};
use crate::server::Server;
use crate::users::Users;

const USERS: u64 = 10_000;

pub fn measure() -> Section {
    let mut section = Section::new(
        "Ten thousand users with one connection pool",
        "Each user has a session with an expired token and makes one call. At most 64 calls run at the same time. The\n\
         second column shows the memory that one idle user needs before the first call. In the handwritten client, each\n\
         user has a token and a lock for the refresh. In afresh, each session also stores the prepared header, the\n\
         token lifetime, and the state of refreshes and forbidden routes. A client created by `with_session` consists\n\
         of four pointers and the reference counts.",
    );
    let ways =
        [("afresh", "**afresh**, `with_session`"), ("by-hand", "by hand, with a refresh lock per user")];
    let measured: Vec<(Users, u64)> = ways.iter().map(|(way, _)| of(way)).collect();
    let rows: Vec<Vec<String>> = ways
        .iter()
        .zip(&measured)
        .map(|((_, title), (users, refreshes))| {
            let (idle, client) = (number(users.idle.round()), number(users.client.round()));
            let (time, refreshes) = (users.milliseconds.to_string(), number(*refreshes as f64));
            vec![(*title).to_owned(), idle, client, refreshes, users.wrong.to_string(), time]
        })
        .collect();
    let columns = ["client", "bytes, idle", "bytes of the client", "refreshes", "wrong answers", "ms"];
    section.table(&columns, &rows);
    let (ours, refreshes) = &measured[0];
    section.at_most("bytes per idle session", ours.idle, 2048.0);
    section.at_most("bytes per client created by `with_session`, excluding the session", ours.client, 200.0);
    section.at_most("refreshes for 10,000 users", *refreshes as f64, USERS as f64);
    section.at_most("calls that failed or returned the wrong user", ours.wrong as f64, 0.0);
    section
}

fn of(way: &str) -> (Users, u64) {
    let server = Server::of_users();
    let users = Client::this().users(way, &server.base, USERS);
    (users, server.reported().refreshes)
}
