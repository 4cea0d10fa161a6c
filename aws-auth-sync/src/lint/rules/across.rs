//! Rules on several entries, those of other files included (A17 to A21, D19).

use std::collections::HashMap;

use iam_core::aws_auth::{Entry, Identity, Section};
use iam_core::excerpt::Excerpt;

use crate::lint::{Remark, Severity};
use crate::subject::Subject;

/// The entries of the files so far.
#[derive(Default)]
pub(crate) struct Seen<'a> {
    principals: HashMap<String, (&'a Subject, &'a Entry)>,
    usernames: HashMap<&'a str, (&'a Subject, &'a Entry)>,
}

impl<'a> Seen<'a> {
    /// Says of the entries of a file which entry before them, of any file, they are at odds with.
    pub(crate) fn file(&mut self, own: &'a Subject, remarks: &mut Vec<Remark>) {
        let entries = own.entries().count();
        self.principals.reserve(entries);
        self.usernames.reserve(entries);
        for entry in own.entries() {
            let key = key(entry);
            self.check(&key, entry, own, remarks);
            self.note(key, own, entry);
        }
        if let Some(entry) = own.entries().nth(MANY) {
            let message = format!("there are more than {MANY} entries");
            remarks.push(Remark::new("D19", entry.position, message));
        }
    }

    fn note(&mut self, key: String, subject: &'a Subject, entry: &'a Entry) {
        // Where a role is in both lists the one in mapRoles counts.
        self.principals.entry(key).or_insert((subject, entry));
        if !entry.username.is_empty() && !entry.username.contains("{{") {
            self.usernames
                .entry(&entry.username)
                .or_insert((subject, entry));
        }
    }

    fn check(&self, key: &str, entry: &Entry, own: &Subject, remarks: &mut Vec<Remark>) {
        let place =
            |subject: &Subject, entry: &Entry| format!("{}:{}", subject.file, entry.position.line);
        if let Some((subject, earlier)) = self.principals.get(key) {
            let first = place(subject, earlier);
            let is_same = (&earlier.username, &earlier.groups) == (&entry.username, &entry.groups);
            let is_one_file = std::ptr::eq(*subject, own);
            let (code, what) = match (earlier.section, entry.section) {
                (Section::MapRoles, Section::MapRoles) => ("A17", "names the same role"),
                (Section::MapUsers, Section::MapUsers) => ("A18", "names the same user"),
                (Section::MapAccounts, _) | (_, Section::MapAccounts) => {
                    ("A17", "names the same account")
                }
                (Section::MapRoles, Section::MapUsers) | (Section::MapUsers, Section::MapRoles) => {
                    ("A19", "names the same principal in the other list")
                }
            };
            let at = entry
                .fields
                .identity
                .map_or(entry.position, |field| field.value);
            let message = format!("{first} {what}");
            let remark = Remark::new(code, at, message)
                .of(entry)
                .hint("keep one of them");
            let is_mild = is_same && is_one_file && code != "A19";
            remarks.push(if is_mild {
                remark.severity(Severity::Warning)
            } else {
                remark
            });
            return;
        }
        let twin = self.usernames.get(entry.username.as_str());
        if let Some((subject, earlier)) = twin.filter(|_| !entry.username.is_empty()) {
            let at = entry
                .fields
                .username
                .map_or(entry.position, |field| field.value);
            let name = Excerpt(&entry.username);
            let message = format!("{name} is also the username of {}", place(subject, earlier));
            remarks.push(Remark::new("A21", at, message).of(entry));
        }
    }
}

/// Whom an entry is about, regardless of case and of a role's path.
fn key(entry: &Entry) -> String {
    let arn = match &entry.identity {
        Identity::Account { id } => return format!("account {id}"),
        Identity::Sso { .. } => return format!("sso {}", entry.identity).to_lowercase(),
        Identity::Role { arn } | Identity::User { arn } => arn.to_lowercase(),
    };
    let Some((before, rest)) = arn.split_once(":role/") else {
        return arn;
    };
    let name = rest.rsplit('/').next().unwrap_or_default();
    format!("{before}:role/{name}")
}

/// The most access entries that a cluster takes.
const MANY: usize = 3000;
