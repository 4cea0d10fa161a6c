//! What all sources together want.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use glob::Pattern;
use iam_core::account::AccountId;
use iam_core::aws_auth::{self, Document, Identity, Mappings, Section, Severity};
use iam_core::principal::{PrincipalKey, RoleArn};

use crate::finding::{Finding, Place};
use crate::key::Key;
use crate::owner::Owner;
use crate::render::{self, Data};
use crate::source::{Declared, Located, Source};

/// The aws-auth that is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Desired {
    /// Who owns it, where that is said.
    pub owner: Option<Owner>,
    /// The clusters that the sources say they are for.
    pub clusters: Vec<Located<String>>,
    /// The entries in the order of the files.
    pub entries: Vec<Declared>,
    /// Patterns of ARNs whose entries are never removed.
    pub protect: Vec<Pattern>,
    /// The rendered sections.
    pub data: Data,
}

impl Desired {
    /// Joins the sources; `owner` is the one of the command line. What is wrong with them is added
    /// to `findings`; the result is of use only when none of those is an error.
    #[must_use]
    pub fn new(sources: Vec<Source>, owner: Option<Owner>, findings: &mut Vec<Finding>) -> Self {
        check_accounts(&sources, findings);
        let owner = join_owners(&sources, owner, findings);
        let mut clusters = Vec::new();
        let mut protect = Vec::new();
        let mut entries = Vec::new();
        for source in sources {
            clusters.extend(source.cluster);
            protect.extend(source.protect);
            entries.extend(source.entries);
        }
        check_paths(&entries, findings);
        check_groups(&entries, findings);
        check_duplicates(&entries, findings);
        let data = render::data(&entries);
        check_consumer(&entries, &data, findings);
        Self {
            owner,
            clusters,
            entries,
            protect,
            data,
        }
    }
}

/// The sections of a ConfigMap's data as the consumer takes them.
#[must_use]
pub fn sections(data: &Data) -> aws_auth::Data<'_> {
    let section = |section: aws_auth::Section| data.get(section.key()).map(String::as_str);
    aws_auth::Data {
        map_roles: section(aws_auth::Section::MapRoles),
        map_users: section(aws_auth::Section::MapUsers),
        map_accounts: section(aws_auth::Section::MapAccounts),
    }
}

fn join_owners(
    sources: &[Source],
    given: Option<Owner>,
    findings: &mut Vec<Finding>,
) -> Option<Owner> {
    let mut first: Option<(Owner, String)> = given.map(|owner| (owner, "--owner".to_owned()));
    for named in sources.iter().filter_map(|source| source.owner.as_ref()) {
        match &first {
            None => first = Some((named.value.clone(), named.place.to_string())),
            Some((owner, place)) if *owner != named.value => {
                let message = format!("owner {} is not the {owner} of {place}", named.value);
                let finding = Finding::error(named.place.clone(), message);
                findings.push(finding.hint("the sources of one aws-auth have one owner"));
            }
            Some(_) => {}
        }
    }
    first.map(|(owner, _)| owner)
}

/// An entry's account must be one that its own document allows; in a document without a list, one
/// that any document allows.
fn check_accounts(sources: &[Source], findings: &mut Vec<Finding>) {
    let all: Vec<AccountId> = sources
        .iter()
        .filter_map(|source| source.allowed_accounts.as_ref())
        .flatten()
        .copied()
        .collect();
    if sources
        .iter()
        .all(|source| source.allowed_accounts.is_none())
    {
        return;
    }
    for source in sources {
        let allowed = source.allowed_accounts.as_ref().unwrap_or(&all);
        for entry in &source.entries {
            match account(&entry.meaning.identity) {
                Some(account) if !allowed.contains(&account) => {
                    let message = format!("account {account} is not in allowedAccounts");
                    let finding = Finding::error(entry.place.clone(), message);
                    findings.push(finding.hint("correct the account, or allow it"));
                }
                Some(_) | None => {}
            }
        }
    }
}

fn account(identity: &Identity) -> Option<AccountId> {
    match identity {
        Identity::Role { arn } | Identity::User { arn } => PrincipalKey::of_mapped_arn(arn)
            .ok()
            .map(|key| key.account()),
        Identity::Sso { account_id: id, .. } | Identity::Account { id } => id.parse().ok(),
    }
}

/// The consumer compares roles without their path, so an entry with one never matches.
fn check_paths(entries: &[Declared], findings: &mut Vec<Finding>) {
    for entry in entries {
        let Identity::Role { arn } = &entry.meaning.identity else {
            continue;
        };
        let Ok(role) = arn.parse::<RoleArn>() else {
            continue;
        };
        if role.has_path() {
            let (partition, account, name) = (role.partition(), role.account(), role.name());
            let finding = Finding::error(
                entry.place.clone(),
                "the role's ARN has a path: no caller would match, because theirs has none",
            );
            findings
                .push(finding.hint(format!("write arn:{partition}:iam::{account}:role/{name}")));
        }
    }
}

/// An empty group makes every login by the entry fail.
fn check_groups(entries: &[Declared], findings: &mut Vec<Finding>) {
    for entry in entries.iter().filter(|entry| entry.meaning.gives("")) {
        findings.push(Finding::error(
            entry.place.clone(),
            "a group of the entry is empty",
        ));
    }
}

fn check_duplicates(entries: &[Declared], findings: &mut Vec<Finding>) {
    let mut seen = HashMap::<Key, &Place>::with_capacity(entries.len());
    for entry in entries {
        match seen.entry(entry.meaning.key()) {
            Entry::Occupied(first) => {
                let first = first.get();
                let message = format!("{} is declared already at {first}", entry.meaning.identity);
                let finding = Finding::error(entry.place.clone(), message);
                findings.push(finding.hint("of two entries only the last would count: remove one"));
            }
            Entry::Vacant(place) => {
                place.insert(&entry.place);
            }
        }
    }
}

/// Reads the rendered text as its consumers do: what they would not keep, or keep otherwise than
/// it was meant, is an error.
fn check_consumer(entries: &[Declared], data: &Data, findings: &mut Vec<Finding>) {
    let document = Document::parse(&sections(data));
    let (_, compiled) = Mappings::compile(&document);
    let faulty: HashSet<Place> = findings
        .iter()
        .filter(|f| f.is_error())
        .map(|f| f.place.clone())
        .collect();
    let by_index = |section| {
        let entries = entries.iter().filter(|entry| entry.section() == section);
        entries.collect::<Vec<_>>()
    };
    let rendered = Section::ALL.map(|section| (section, by_index(section)));
    for diagnostic in document.diagnostics.iter().chain(&compiled) {
        // What is wrong already is not remarked upon as well.
        let index = diagnostic.index.unwrap_or_default();
        let list = rendered
            .iter()
            .find(|(section, _)| *section == diagnostic.section);
        let entry = list.and_then(|(_, entries)| entries.get(index));
        let remark = diagnostic.severity == Severity::Warning;
        if let Some(entry) = entry.filter(|entry| !(remark && faulty.contains(&entry.place))) {
            findings.push(Finding {
                severity: diagnostic.severity,
                place: entry.place.clone(),
                message: diagnostic.message.clone(),
                hint: diagnostic.hint.clone(),
            });
        }
    }
    if !findings.iter().any(Finding::is_error)
        && let Some(entry) = first_lost(entries, &document)
    {
        findings.push(Finding::error(
            entry.place.clone(),
            "the entry cannot be written in YAML",
        ));
    }
}

/// The first entry that is not read as it was meant.
fn first_lost<'a>(entries: &'a [Declared], document: &Document) -> Option<&'a Declared> {
    Section::ALL.into_iter().find_map(|section| {
        let mut read = document.section(section);
        let mut entries = entries.iter().filter(|entry| entry.section() == section);
        entries.find(|entry| read.next().is_none_or(|read| entry.meaning != *read))
    })
}
