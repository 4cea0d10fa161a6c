//! Answers: a user, or a word. The status is always complete.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::{KIND, ReviewVersion};
use crate::authenticate::UserInfo;

/// The answer that lets a caller in.
pub fn granted(version: ReviewVersion, user: &UserInfo, audiences: &[&str]) -> Vec<u8> {
    let user = User {
        username: &user.username,
        uid: &user.uid,
        groups: &user.groups,
        extra: Extra(&user.extra),
    };
    encoded(
        KIND,
        version.as_str(),
        &Granted {
            authenticated: true,
            user,
            audiences,
        },
    )
}

/// The answer that denies, with the public word of the reason.
pub fn denied(version: ReviewVersion, word: &str) -> Vec<u8> {
    encoded(
        KIND,
        version.as_str(),
        &Denied {
            authenticated: false,
            error: word,
        },
    )
}

/// An answer of a kind and version, with its status.
pub(crate) fn encoded(
    kind: &'static str,
    api_version: &'static str,
    status: &impl Serialize,
) -> Vec<u8> {
    let answer = Answer {
        kind,
        api_version,
        status,
    };
    let mut bytes = Vec::with_capacity(1024);
    serde_json::to_writer(&mut bytes, &answer).expect("keys are strings, and a Vec takes all");
    bytes.push(b'\n');
    bytes
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a, S> {
    kind: &'static str,
    api_version: &'static str,
    status: &'a S,
}

#[derive(Serialize)]
struct Granted<'a> {
    authenticated: bool,
    user: User<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    audiences: &'a [&'a str],
}

#[derive(Serialize)]
struct Denied<'a> {
    authenticated: bool,
    error: &'a str,
}

#[derive(Serialize)]
struct User<'a> {
    username: &'a str,
    uid: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    groups: &'a [String],
    #[serde(skip_serializing_if = "Extra::is_empty")]
    extra: Extra<'a>,
}

struct Extra<'a>(&'a [(&'static str, String)]);

impl Extra<'_> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Extra<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key, &[value])?;
        }
        map.end()
    }
}
