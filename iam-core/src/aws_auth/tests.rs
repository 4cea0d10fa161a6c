//! The consumer's behaviour in these tables was checked against aws-iam-authenticator 0.7.18.

mod compile;
mod consumer;
mod document;
mod lookup;
mod manifest;

use super::{Data, Document, Entry, Identity};

fn roles(text: &str) -> Document {
    Document::parse(&Data {
        map_roles: Some(text),
        ..Data::default()
    })
}

fn users(text: &str) -> Document {
    Document::parse(&Data {
        map_users: Some(text),
        ..Data::default()
    })
}

fn accounts(text: &str) -> Document {
    Document::parse(&Data {
        map_accounts: Some(text),
        ..Data::default()
    })
}

/// Identity, username and groups of each entry.
fn values(document: &Document) -> Vec<(String, &str, Vec<&str>)> {
    let value = |entry: &'_ Entry| entry.identity.to_string();
    document
        .entries
        .iter()
        .map(|entry| {
            let groups = entry.groups.iter().map(String::as_str).collect();
            (value(entry), entry.username.as_str(), groups)
        })
        .collect()
}

fn remarks(document: &Document) -> Vec<String> {
    document
        .diagnostics
        .iter()
        .map(|found| format!("{}: {found}", found.severity))
        .collect()
}

fn role(arn: &str) -> Identity {
    Identity::Role {
        arn: arn.to_owned(),
    }
}
