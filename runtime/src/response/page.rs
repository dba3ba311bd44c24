//! Finds the list in a page, and the URL of the next page.

use bytes::Bytes;
use http::header::LINK;
use serde_json::Value;

use super::answer::{Answer, Continuation};
use crate::declaration::paging::NextPage;
use crate::error::{Error, Kind};
use crate::format::charset::without_bom;
use crate::format::json_pointer::find;
use crate::format::json_text::{elements, find_text};
use crate::format::link::next_of;
use crate::format::query_parameter::{parameter, with_parameter};
use crate::platform::url::{Url, ascii_origin, remove_user_and_fragment};
use crate::transport::upstream::Upstream;

/// The reason that the next page cannot be requested.
pub(crate) enum NextPageError {
    /// The page does not contain the list that the method declares.
    List(Error),
    /// The link to the next page is invalid.
    Link(Error),
}

/// A page, together with the data that the runtime needs to request the next page.
pub(crate) struct Page<'a> {
    pub(crate) answer: &'a Answer,
    pub(crate) continuation: &'a Continuation,
}

impl Page<'_> {
    /// Returns the URL of the next page, or `None` if this page is the last page.
    pub(crate) fn next(&self) -> Result<Option<Url>, NextPageError> {
        let paging = self.continuation.paging;
        let last = if paging.next.needs_list() {
            let elements = list_of(self.answer.body(), paging.items).map_err(NextPageError::List)?;
            let Some(last) = elements.last().cloned() else { return Ok(None) };
            Some((last, elements.len()))
        } else {
            None
        };
        if paging.more.is_some_and(|pointer| !self.says_more(pointer)) {
            return Ok(None);
        }
        self.after(last).map_err(NextPageError::Link)
    }

    /// Returns whether the page itself is an empty list.
    pub(crate) fn is_empty_list(&self) -> bool {
        let paging = self.continuation.paging;
        paging.next.needs_list()
            && paging.items.is_none()
            && list_of(self.answer.body(), None).is_ok_and(|list| list.is_empty())
    }

    fn says_more(&self, pointer: &str) -> bool {
        matches!(value_at(self.answer.body(), pointer), Ok(Some(Value::Bool(true))))
    }

    /// Returns the URL of the next page. If the URL of the next page depends on the list in this page, `last` contains
    /// the last element of the list and the list's length.
    fn after(&self, last: Option<(Bytes, usize)>) -> Result<Option<Url>, Error> {
        let set = |parameter, value: &str| with_parameter(&self.continuation.requested, parameter, value);
        match (self.continuation.paging.next, last) {
            (NextPage::Link, _) => self.link_header().map(|link| self.resolve(&link)).transpose(),
            (NextPage::Url { pointer }, _) => match value_at(self.answer.body(), pointer)? {
                None => Ok(None),
                Some(Value::String(link)) => self.resolve(&link).map(Some),
                Some(_) => Err(wrong_kind(pointer, "a URL")),
            },
            (NextPage::Cursor { pointer, parameter }, _) => match value_at(self.answer.body(), pointer)? {
                None => Ok(None),
                Some(value) => scalar(&value, pointer).map(|cursor| Some(set(parameter, &cursor))),
            },
            (NextPage::Header { name, parameter }, _) => {
                Ok(self.header(name)?.map(|cursor| set(parameter, cursor)))
            }
            (NextPage::Last { pointer, parameter }, Some((last, _))) => match value_at(&last, pointer) {
                Ok(Some(value)) => scalar(&value, pointer).map(|cursor| Some(set(parameter, &cursor))),
                Ok(None) | Err(_) => Err(wrong(format!(
                    "the last element of the page has no value at `{pointer}`, so the next page cannot be requested. Check the pointer in the `pages` attribute"
                ))),
            },
            (NextPage::Number { parameter }, _) => self.count_up(parameter, 1, 1).map(Some),
            (NextPage::Offset { parameter }, Some((_, length))) => {
                self.count_up(parameter, 0, length as u64).map(Some)
            }
            (NextPage::Last { .. } | NextPage::Offset { .. }, None) => Ok(None),
        }
    }

    /// Returns the target of the first link with the relation `next`. Bytes in the header that are not valid UTF-8 are
    /// replaced with `U+FFFD`.
    fn link_header(&self) -> Option<String> {
        let lines = self.answer.headers().get_all(LINK).iter();
        lines.map(|line| String::from_utf8_lossy(line.as_bytes())).find_map(|line| next_of(&line))
    }

    fn header(&self, name: &str) -> Result<Option<&str>, Error> {
        let Some(value) = self.answer.headers().get(name) else { return Ok(None) };
        let value = std::str::from_utf8(value.as_bytes());
        let value = value.map_err(|_| {
            wrong(format!("the header `{name}` of the page is not UTF-8. Check the `pages` attribute"))
        })?;
        Ok(Some(value.trim()).filter(|value| !value.is_empty()))
    }

    /// Increases the query parameter `name` by `step`. If the call does not set the query parameter, the first value of
    /// the parameter is `start`.
    fn count_up(&self, name: &str, start: u64, step: u64) -> Result<Url, Error> {
        let current = match parameter(&self.continuation.requested, name) {
            None => Some(start),
            Some(current) => current.parse().ok(),
        };
        let next = current.and_then(|current: u64| current.checked_add(step)).ok_or_else(|| {
            wrong(format!(
                "the query parameter `{name}` is not a number that can be increased. Set the parameter to a number, or declare a different kind of pagination"
            ))
        })?;
        Ok(with_parameter(&self.continuation.requested, name, &next.to_string()))
    }

    /// Returns the URL that `link` points to. A relative link is resolved against the URL from which the page was read
    /// (RFC 8288 §3.2).
    fn resolve(&self, link: &str) -> Result<Url, Error> {
        let Continuation { answered, upstream, paging, .. } = self.continuation;
        let mut url = match answered.join(link) {
            Ok(url) if !link.contains(char::REPLACEMENT_CHARACTER) => url,
            _ => {
                return Err(wrong(
                    "the link to the next page is not a valid URL. Check the `pages` attribute",
                ));
            }
        };
        if paging.rebase {
            let mut own = upstream.base.clone();
            own.set_path(url.path());
            own.set_query(url.query());
            url = own;
        } else if !upstream.is_own(&url) {
            return Err(foreign(&url, upstream));
        }
        remove_user_and_fragment(&mut url);
        Ok(url)
    }
}

/// Returns the elements of the list at `pointer`, or of the whole body if there is no pointer. If the list is missing
/// or `null`, the result has no elements.
pub(crate) fn list_of(body: &Bytes, pointer: Option<&str>) -> Result<Vec<Bytes>, Error> {
    let json = without_bom(body);
    if json.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    let found = find_text(json, pointer.unwrap_or_default());
    let list = match (found.value, pointer) {
        (Some(b"null"), _) => return Ok(Vec::new()),
        (Some(list), _) if list.starts_with(b"[") => list,
        (None, Some(_)) if found.has_parent => return Ok(Vec::new()),
        (_, Some(pointer)) => {
            return Err(wrong(format!(
                "the page has no list at `{pointer}`. Check the pointer in the `pages` attribute"
            )));
        }
        (_, None) => {
            return Err(wrong(
                "the page is not a list, and the method does not declare where the list is in the page. Add `items = \"/...\"` to the `pages` attribute",
            ));
        }
    };
    Ok(elements(list).into_iter().map(|element| body.slice_ref(element)).collect())
}

/// Returns the value at the JSON pointer `pointer`, or `None` if the value is missing, `null`, `false` or empty.
fn value_at(body: &[u8], pointer: &str) -> Result<Option<Value>, Error> {
    if is_absent(body, pointer) {
        return Ok(None);
    }
    let plain = without_marks(pointer);
    let found = find::<Value>(body, &plain);
    match found.value {
        Some(Value::Null | Value::Bool(false)) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::Array(list)) if list.is_empty() => Ok(None),
        None if !found.has_parent => Err(wrong(format!(
            "the page has no object that can contain `{plain}`. Compare the `pages` attribute with the server's response"
        ))),
        value => Ok(value),
    }
}

/// Returns whether the body lacks a field that the pointer marks with `?`, or contains `null` for that field.
fn is_absent(body: &[u8], pointer: &str) -> bool {
    let marks = pointer.match_indices("?/").filter_map(|(at, _)| pointer.get(..at));
    marks.map(without_marks).any(|pointer| {
        let found = find::<Value>(body, &pointer);
        matches!(found.value, Some(Value::Null)) || (found.has_parent && found.value.is_none())
    })
}

fn without_marks(pointer: &str) -> String {
    pointer.replace("?/", "/")
}

fn scalar(value: &Value, pointer: &str) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(wrong_kind(pointer, "a text or a number")),
    }
}

fn wrong_kind(pointer: &str, expected: &str) -> Error {
    wrong(format!(
        "the value at `{pointer}`, which identifies the next page, is not {expected}. Check the pointer in the `pages` attribute"
    ))
}

fn wrong(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Kind::Decode, text)
}

/// Returns the error for a next page that is not at the client's own origin. The error message contains only the two
/// origins, because paths and queries can contain secrets.
fn foreign(url: &Url, upstream: &Upstream) -> Error {
    let of = |url: &Url| match ascii_origin(url) {
        none if none == "null" => format!("{}:", url.scheme()),
        origin => origin,
    };
    Error::new(
        Kind::Transport,
        format!(
            "the next page is at `{}`, but this client sends its credential only to `{}`. If the server uses a wrong host name in its links, add `rebase` to the `pages` attribute",
            of(url),
            of(&upstream.base)
        ),
    )
}
