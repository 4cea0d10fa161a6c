//! Answers: a user, or a word. The status is always complete.

use serde::Serialize;

use super::{KIND, ReviewVersion};
use crate::authenticate::UserInfo;
use crate::json::{self, Object};

/// The answer that lets a caller in.
pub fn granted(version: ReviewVersion, user: &UserInfo<'_>, audiences: &[&str]) -> Vec<u8> {
    of_token(version, |status| {
        status.value("authenticated", &true);
        status.object("user", |told| tell(user, told));
        if !audiences.is_empty() {
            status.texts("audiences", audiences);
        }
    })
}

/// The answer that denies, with the public word of the reason.
pub fn denied(version: ReviewVersion, word: &str) -> Vec<u8> {
    of_token(version, |status| {
        status.value("authenticated", &false);
        status.text("error", word);
    })
}

/// An answer of a kind and version, with its status.
pub(crate) fn encoded(
    kind: &'static str,
    api_version: &'static str,
    status: &impl Serialize,
) -> Vec<u8> {
    answer(kind, api_version, |answer| answer.value("status", status))
}

fn of_token(version: ReviewVersion, status: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    answer(KIND, version.as_str(), |answer| {
        answer.object("status", status);
    })
}

fn answer(kind: &str, api_version: &str, status: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1024);
    json::object(&mut bytes, |answer| {
        answer.text("kind", kind);
        answer.text("apiVersion", api_version);
        status(answer);
    });
    bytes.push(b'\n');
    bytes
}

fn tell(user: &UserInfo<'_>, told: &mut Object<'_>) {
    told.text("username", user.username);
    told.text("uid", user.uid);
    if !user.groups.is_empty() {
        told.texts("groups", user.groups);
    }
    if !user.extra.is_empty() {
        told.object("extra", |extra| {
            for (key, value) in &user.extra {
                extra.texts(key, &[value]);
            }
        });
    }
}
