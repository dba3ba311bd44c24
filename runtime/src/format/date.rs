//! Parses dates in headers with the lenient rules for cookie dates (RFC 6265 §5.1.1). The lenient rules accept all
//! three date formats of RFC 9110 §5.6.7.
//!
//! This module contains its own parser because the crates that parse cookie dates depend on a large calendar library.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

#[derive(Default)]
struct Found {
    second_of_day: Option<u64>,
    day: Option<u64>,
    month: Option<u64>,
    year: Option<u64>,
}

/// Parses `text`. For a date before 1970, the function returns the start of 1970.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let mut found = Found::default();
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        found.take(token);
    }
    UNIX_EPOCH.checked_add(Duration::from_secs(found.seconds()?))
}

fn is_delimiter(letter: char) -> bool {
    matches!(letter, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~')
}

impl Found {
    /// Stores the date token in the first empty field whose format matches the token.
    fn take(&mut self, token: &str) {
        if self.second_of_day.is_none() {
            self.second_of_day = second_of_day(token);
            if self.second_of_day.is_some() {
                return;
            }
        }
        if self.day.is_none() {
            self.day = number(token, 1, 2);
            if self.day.is_some() {
                return;
            }
        }
        if self.month.is_none() {
            self.month = month(token);
            if self.month.is_some() {
                return;
            }
        }
        if self.year.is_none() {
            self.year = number(token, 2, 4);
        }
    }

    fn seconds(&self) -> Option<u64> {
        let (year, month, day) = (full_year(self.year?), self.month?, self.day?);
        if year < 1601 || !(1..=days_in(month, year)).contains(&day) {
            return None;
        }
        let days = days_before(year, month) + day;
        let seconds = days * 86_400 + self.second_of_day?;
        // `days` counts from January 1 of year 1, which is day 1. January 1, 1970, is day 719,163.
        Some(seconds.saturating_sub(719_163 * 86_400))
    }
}

/// Parses a time such as `08:49:37` and ignores any characters after the digits.
fn second_of_day(token: &str) -> Option<u64> {
    let mut parts = token.splitn(3, ':');
    let mut next = |most| number(parts.next()?, 1, 2).filter(|number| *number <= most);
    let (hour, minute) = (next(23)?, next(59)?);
    Some((hour * 60 + minute) * 60 + next(59)?)
}

/// Parses the number at the start of `token` if it has between `least` and `most` digits.
fn number(token: &str, least: usize, most: usize) -> Option<u64> {
    let length = token.bytes().take_while(u8::is_ascii_digit).count();
    let digits = (least..=most).contains(&length).then(|| token.get(..length))??;
    digits.parse().ok()
}

fn month(token: &str) -> Option<u64> {
    let name = token.get(..3)?;
    (1..).zip(MONTHS).find(|(_, month)| month.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

fn full_year(year: u64) -> u64 {
    match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        _ => year,
    }
}

fn is_leap(year: u64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(month: u64, year: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_before(year: u64, month: u64) -> u64 {
    let past = year.saturating_sub(1);
    let months: u64 = (1..month).map(|month| days_in(month, year)).sum();
    past * 365 + past / 4 - past / 100 + past / 400 + months
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<u64> {
        parse(text).map(|date| date.duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn the_three_formats_of_a_header_give_the_same_time() {
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(seconds(text), Some(784_111_777), "{text}");
        }
    }

    #[test]
    fn dates_in_cookies_are_parsed_as_browsers_parse_them() {
        for (text, date) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 01-Jan-1970 00:00:01 GMT", 1),
            ("Mon, 10-Dec-2007 17:02:24 GMT", 1_197_306_144),
            ("Wed, 09 Jun 2021 10:18:14 GMT", 1_623_233_894),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
            ("Mon, 18 Jan 2038 19:14:07", 2_147_454_847),
            ("jun 9 2021 10:18:14", 1_623_233_894),
            ("Sat, 01 Jan 1601 00:00:00 GMT", 0),
        ] {
            assert_eq!(seconds(text), Some(date), "{text}");
        }
    }

    #[test]
    fn text_that_is_not_a_date_gives_none() {
        for text in [
            "",
            "0",
            "session",
            "Wed, 09 Jun 2021",
            "Wed, 09 Jun 10:18:14",
            "Wed, 31 Jun 2021 10:18:14 GMT",
            "Wed, 29 Feb 1900 10:18:14 GMT",
            "Wed, 09 Jun 2021 24:00:00 GMT",
            "Wed, 09 Jun 1600 10:18:14 GMT",
            "Wed, 00 Jun 2021 10:18:14 GMT",
            "Wed, 09 Jun 20210 10:18:14 GMT",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    /// The test covers 400 years, after which the Gregorian calendar repeats.
    #[test]
    fn each_day_is_one_day_after_the_day_before() {
        let mut expected = 0;
        for year in 1970..2370 {
            for (number, month) in (1..).zip(MONTHS) {
                for day in 1..=days_in(number, year) {
                    assert_eq!(seconds(&format!("{day} {month} {year} 00:00:00")), Some(expected));
                    expected += 86_400;
                }
            }
        }
    }
}
