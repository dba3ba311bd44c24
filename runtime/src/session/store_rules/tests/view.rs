//! Tests those rules of `StoreView` that the test of all interleavings cannot check, because breaking such a rule does
//! not cause a used refresh token to be sent.

use super::world::View;
use crate::session::store_rules::compare::{Identity, Storage};
use crate::session::store_rules::store_view::OtherUse;
use crate::session::store_rules::{Here, RecordDraft, StoredAs, StoredRecord};

const OWN_LOGIN: u8 = 1;
const NEW_LOGIN: u8 = 2;
const OWN_INTENT: u8 = 10;
const OTHER_INTENT: u8 = 11;

fn logged_out() -> View {
    View::new(StoredAs::new(0, OWN_LOGIN).confirmed())
}

fn logged_in() -> View {
    let mut view = View::new(StoredAs::new(0, OWN_LOGIN));
    let draft = draft_of(&view);
    view.confirmed(&draft, 1);
    view
}

fn logged_in_beside_another_process() -> View {
    let mut view = logged_in();
    let identity = Some(Identity { login: OWN_LOGIN, generation: 0 });
    let found = StoredRecord { revision: 2, identity, intent: Some(OTHER_INTENT) };
    view.observe(&found, Here::LoggedIn, false);
    assert_eq!(view.other_use, OtherUse::Intended(OTHER_INTENT));
    view
}

fn draft_of(view: &View) -> RecordDraft<u8, u8, u8> {
    view.draft(Here::LoggedIn, false).expect("the login must be written")
}

/// If processes do not share cookies, the first refresh does not store an intent to refresh. A failed first refresh is
/// written to the store only if the refresh stored an intent, which must then be removed.
#[test]
fn a_failed_first_refresh_is_written_only_if_it_has_left_an_intent() {
    let mut view = logged_out();
    view.intends(1, None, false);
    view.answered();
    assert_eq!(view.draft(Here::LoggedOut, false), None);

    let mut view = logged_out();
    view.intends(1, Some(OWN_INTENT), false);
    view.answered();
    let draft = view.draft(Here::LoggedOut, true).expect("the intent must be removed from the store");
    assert_eq!(
        (draft.basis, draft.intent, draft.ends),
        (Some(1), None, true),
        "basis, intent, and whether the record contains no session"
    );
}

/// An intent to send a refresh token applies only to the stored login. The intent is kept when the same login is
/// written again, and removed when a new login is written.
#[test]
fn a_new_login_removes_the_intent_of_another_process() {
    let mut view = logged_in_beside_another_process();
    assert_eq!(draft_of(&view).intent, Some(OTHER_INTENT));
    view.in_epoch(1, || NEW_LOGIN);
    assert_eq!(draft_of(&view).intent, None);
}

/// No other process can have used a refresh token that has just been stored for the first time.
#[test]
fn only_a_new_login_resets_the_use_by_other_processes() {
    let mut view = logged_in_beside_another_process();
    let draft = draft_of(&view);
    view.confirmed(&draft, 3);
    assert_eq!(view.other_use, OtherUse::Intended(OTHER_INTENT));

    view.in_epoch(1, || NEW_LOGIN);
    let draft = draft_of(&view);
    view.confirmed(&draft, 4);
    assert_eq!(view.other_use, OtherUse::None);
}

/// If another process may have sent the refresh token of a session when the session ends, later reads and logins do not
/// change that.
#[test]
fn an_ended_session_stays_used_elsewhere() {
    let mut view = logged_in_beside_another_process();
    assert!(!view.is_used_elsewhere(0));
    view.in_epoch(1, || NEW_LOGIN);
    let login = draft_of(&view);
    view.confirmed(&login, 3);
    assert_eq!(view.other_use, OtherUse::None);
    assert!(view.is_used_elsewhere(0) && !view.is_used_elsewhere(1));

    let mut view = logged_in();
    view.in_epoch(1, || NEW_LOGIN);
    let logout = view.draft(Here::LoggedOut, false).expect("the logout must be written");
    view.refused(logout);
    view.in_epoch(2, || NEW_LOGIN + 1);
    assert!(view.is_used_elsewhere(0) && !view.is_used_elsewhere(2));

    let mut view = logged_in();
    view.in_epoch(1, || NEW_LOGIN);
    let logout = view.draft(Here::LoggedOut, false).expect("the logout must be written");
    view.confirmed(&logout, 2);
    assert!(!view.is_used_elsewhere(0));
}

#[test]
fn a_confirmed_write_determines_the_login_in_the_store() {
    let mut view = logged_in();
    assert_eq!((view.revision, view.known_login), (Some(1), Some(OWN_LOGIN)), "revision and known login");
    view.in_epoch(1, || NEW_LOGIN);
    let logout = view.draft(Here::LoggedOut, false).expect("the logout must be written");
    view.confirmed(&logout, 2);
    assert_eq!(
        (view.revision, view.known_login),
        (Some(2), None),
        "revision and known login after the logout was stored"
    );
}

/// If the program logs in again during a write, the confirmation of the write does not apply to the new login.
#[test]
fn a_login_during_a_write_is_still_written() {
    let mut view = View::new(StoredAs::new(0, OWN_LOGIN));
    let earlier = draft_of(&view);
    view.in_epoch(1, || NEW_LOGIN);
    view.confirmed(&earlier, 1);
    let draft = draft_of(&view);
    assert_eq!(
        (draft.basis, draft.stored_as.identity.login),
        (Some(1), NEW_LOGIN),
        "basis and login of the draft"
    );
}

/// When this process's intent to refresh replaces another process's intent, the view records that the other process
/// might have sent the refresh token.
#[test]
fn an_intent_that_replaces_another_intent_records_the_possible_use() {
    let mut view = logged_in_beside_another_process();
    view.intends(3, Some(OWN_INTENT), true);
    assert_eq!(view.other_use, OtherUse::Possible);

    let mut view = logged_in();
    view.intends(2, Some(OWN_INTENT), true);
    assert_eq!(view.other_use, OtherUse::None);
}

/// If a process obtains its first login from a refresh, the process does not know whether the login is stored until the
/// store confirms the write.
#[test]
fn a_first_login_is_unconfirmed_until_its_write_is_confirmed() {
    let mut view = logged_out();
    view.intends(1, None, false);
    let mut confirmed = view.clone();
    view.refreshed(None, true);
    assert_eq!(view.stored_as.storage, Storage::Unconfirmed { replaces: None });
    confirmed.refreshed(Some(2), true);
    assert_eq!(confirmed.stored_as.storage, Storage::Confirmed);

    let mut later = logged_in();
    later.refreshed(None, false);
    assert_eq!(later.stored_as.storage, Storage::Confirmed, "the login was stored before the refresh");
}

/// The store may contain a new login as soon as the process begins to write this login. Beginning to write a login that
/// is already stored, or an earlier login, has no effect.
#[test]
fn a_login_is_unconfirmed_once_the_process_begins_to_write_it() {
    let mut new = View::new(StoredAs::new(0, OWN_LOGIN));
    let draft = draft_of(&new);
    new.tries(&draft);
    assert_eq!(new.stored_as.storage, Storage::Unconfirmed { replaces: None });

    let mut stored = logged_in();
    let draft = draft_of(&stored);
    stored.tries(&draft);
    assert_eq!(stored.stored_as.storage, Storage::Confirmed);

    let mut later = View::new(StoredAs::new(0, OWN_LOGIN));
    let earlier = draft_of(&later);
    later.in_epoch(1, || NEW_LOGIN);
    later.tries(&earlier);
    assert_eq!(later.stored_as.storage, Storage::Missing);
}
