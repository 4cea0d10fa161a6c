//! Our side, brought into the shape of the consumer's answer.

use std::collections::BTreeSet;

use iam_core::aws_auth::{
    Consumer, Data, Document, Entry, Identity, Mappings, Match, Outcome, Section, Severity,
    SsoRoleMatch,
};
use iam_core::principal::Principal;

use crate::deliberate;
use crate::peer::{Answer, Lookup, Mapped, Question, Role, Sso, User};

/// What differs, if anything does.
pub(crate) fn compare(question: &Question, answer: &Answer) -> Result<(), String> {
    if question
        .data
        .values()
        .any(|text| deliberate::is_stricter(text))
    {
        return Ok(());
    }
    let section = |key: &str| question.data.get(key).map(String::as_str);
    let document = Document::parse(&Data {
        map_roles: section("mapRoles"),
        map_users: section("mapUsers"),
        map_accounts: section("mapAccounts"),
    });
    let gate = if question.sso {
        SsoRoleMatch::On
    } else {
        SsoRoleMatch::Off
    };
    let consumer = Consumer::new(&document, gate);
    let ours = Answer {
        roles: document.section(Section::MapRoles).map(role).collect(),
        users: document.section(Section::MapUsers).map(user).collect(),
        accounts: document
            .section(Section::MapAccounts)
            .map(account)
            .collect(),
        lookups: Vec::new(),
    };
    let differ = |key: &str, ours: String, theirs: String| {
        if ours == theirs {
            return Ok(());
        }
        let text = question.data.get(key);
        Err(format!(
            "{key} {text:?}\n  ours   {ours}\n  theirs {theirs}"
        ))
    };
    differ("mapRoles", show(&ours.roles), show(&answer.roles))?;
    differ("mapUsers", show(&ours.users), show(&answer.users))?;
    differ("mapAccounts", show(&ours.accounts), show(&answer.accounts))?;
    for (caller, theirs) in question.callers.iter().zip(&answer.lookups) {
        let principal: Principal = caller.parse().expect("callers are principals");
        if let Some(difference) = lookup(&consumer, &principal, theirs) {
            return Err(format!("{caller}: {difference}\n  of {:?}", question.data));
        }
        // STS answers with the ARN of no role.
        if !matches!(principal, Principal::Role { .. }) {
            mappings(&document, &principal)
                .map_err(|difference| format!("{difference}\n  of {:?}", question.data))?;
        }
    }
    Ok(())
}

/// One text for one list, whether its groups are none or absent.
fn show(list: &impl std::fmt::Debug) -> String {
    format!("{list:?}").replace("groups: None", "groups: Some([])")
}

fn role(entry: &Entry) -> Role {
    let (mut rolearn, mut sso) = (String::new(), None);
    match &entry.identity {
        Identity::Sso {
            permission_set_name,
            account_id,
            partition,
        } => {
            sso = Some(Sso {
                permission_set_name: permission_set_name.clone(),
                account_id: account_id.clone(),
                partition: partition.clone(),
            });
        }
        Identity::Role { arn } | Identity::User { arn } | Identity::Account { id: arn } => {
            rolearn.clone_from(arn)
        }
    }
    Role {
        rolearn,
        sso,
        username: entry.username.clone(),
        groups: Some(entry.groups.clone()),
    }
}

fn user(entry: &Entry) -> User {
    User {
        userarn: entry.identity.to_string(),
        username: entry.username.clone(),
        groups: Some(entry.groups.clone()),
    }
}

fn account(entry: &Entry) -> String {
    entry.identity.to_string()
}

fn lookup(consumer: &Consumer<'_>, principal: &Principal, theirs: &Lookup) -> Option<String> {
    let (mut mapped, mut is_account) = (BTreeSet::new(), false);
    match consumer.lookup(principal) {
        Outcome::Entries(entries) => mapped.extend(entries.into_iter().map(|entry| Mapped {
            username: entry.username.clone(),
            groups: Some(entry.groups.clone()),
        })),
        Outcome::Account(_) => is_account = true,
        Outcome::Unmapped => {}
    }
    let empty = BTreeSet::new();
    let found = theirs.mapped.as_ref().unwrap_or(&empty);
    let their_values: BTreeSet<_> = found
        .iter()
        .map(|mapped| {
            (
                mapped.username.clone(),
                mapped.groups.clone().unwrap_or_default(),
            )
        })
        .collect();
    let our_values: BTreeSet<_> = mapped
        .iter()
        .map(|mapped| {
            (
                mapped.username.clone(),
                mapped.groups.clone().unwrap_or_default(),
            )
        })
        .collect();
    // The account counts where no entry does.
    let their_account = theirs.account && found.is_empty();
    // Chance may have kept some candidates from being seen.
    let agree = our_values == their_values
        || (our_values.len() > 1
            && !their_values.is_empty()
            && our_values.is_superset(&their_values));
    (!agree || is_account != their_account).then(|| {
        format!("ours {our_values:?} {is_account}, theirs {their_values:?} {their_account}")
    })
}

/// The webhook's `Mappings` differ from the consumer on purpose, and never in silence: where
/// they do, a remark stands at one of the entries that are concerned.
fn mappings(document: &Document, principal: &Principal) -> Result<(), String> {
    let (mappings, remarks) = Mappings::compile(document);
    let consumer = Consumer::new(document, SsoRoleMatch::On);
    let is_remarked = |section: Section, index: usize| {
        remarks
            .iter()
            .any(|remark| (remark.section, remark.index) == (section, Some(index)))
    };
    let is_left_out = |entry: &Entry| {
        remarks.iter().any(|remark| {
            remark.severity == Severity::Error
                && (remark.section, remark.index) == (entry.section, Some(entry.index))
        })
    };
    let is_fine = match (mappings.lookup(principal), consumer.lookup(principal)) {
        (Some(Match::Mapping(ours)), Outcome::Entries(theirs)) => {
            let source = ours.source;
            theirs
                .iter()
                .any(|entry| (entry.section, entry.index) == (source.section, source.index))
                || is_remarked(source.section, source.index)
                || theirs.iter().any(|entry| is_left_out(entry))
        }
        (Some(Match::Mapping(ours)), Outcome::Account(_) | Outcome::Unmapped) => {
            is_remarked(ours.source.section, ours.source.index)
        }
        (Some(Match::Account(..)) | None, Outcome::Entries(theirs)) => theirs.iter().all(|entry| {
            // Only the roles that IAM Identity Center makes match a permission set.
            is_left_out(entry) || matches!(entry.identity, Identity::Sso { .. })
        }),
        (None, Outcome::Account(_)) => matches!(principal, Principal::Root { .. }),
        (Some(Match::Account(..)), Outcome::Account(_)) | (None, Outcome::Unmapped) => true,
        (Some(Match::Account(..)), Outcome::Unmapped) => false,
    };
    if is_fine {
        return Ok(());
    }
    Err(format!("{principal}: the mappings differ in silence"))
}
