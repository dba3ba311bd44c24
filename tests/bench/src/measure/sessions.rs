//! What a live session adds to a call.

use crate::counts;
use crate::report::{Report, number};
use crate::session;

pub fn measure(report: &mut Report) {
    report.section(
        "What a session costs where nothing happens to it",
        "The call of the first table, through afresh. The second row sends the same bytes as the third: the rest is what \
         a header costs in hyper and on the wire.",
    );
    let subjects = session::WAYS.map(|(way, _)| format!("session:{way}"));
    let costs = counts::of(&subjects.each_ref().map(String::as_str));
    let rows = session::WAYS.iter().zip(&costs).map(|((_, title), cost)| {
        vec![(*title).to_owned(), number(cost.instructions), format!("{:.1}", cost.allocations)]
    });
    report.table(&["client", "instructions", "allocations"], &rows.collect::<Vec<_>>());
    let [_, header, live] = costs[..] else { return };
    report.at_most("instructions of a session", live.instructions - header.instructions, 600.0, "");
    report.at_most("allocations of a session", live.allocations - header.allocations, 0.0, "");
}
