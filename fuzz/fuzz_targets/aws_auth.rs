//! aws-auth documents and manifests: sections are independent, places are inside of the text, and
//! every mapping that acts is found again.

#![no_main]

use iam_core::aws_auth::{Data, Document, Identity, Manifest, Mappings, Position, Section};
use iam_core::principal::Principal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for data in [
        Data {
            map_roles: Some(text),
            ..Data::default()
        },
        Data {
            map_users: Some(text),
            ..Data::default()
        },
        Data {
            map_accounts: Some(text),
            ..Data::default()
        },
    ] {
        let document = Document::parse(&data);
        places(text, &document);
        lookups(&document);
    }
    if let Ok(manifest) = Manifest::parse(text) {
        places(text, &manifest.document);
        let again = Document::parse(&manifest.data());
        assert_eq!(again.entries.len(), manifest.document.entries.len());
    }
});

fn places(text: &str, document: &Document) {
    let inside = |position: Position| assert!(text.get(position.span.range()).is_some());
    for entry in &document.entries {
        inside(entry.position);
        assert_eq!(entry.groups.len(), entry.fields.group_items.len());
        entry.fields.group_items.iter().copied().for_each(inside);
        for field in [
            &entry.fields.identity,
            &entry.fields.username,
            &entry.fields.groups,
        ] {
            field.iter().for_each(|field| {
                inside(field.key);
                inside(field.value);
            });
        }
    }
    for found in &document.diagnostics {
        inside(found.position);
        assert!(found.to_string().len() < 1000);
    }
    for section in Section::ALL {
        let is_silent = document
            .diagnostics
            .iter()
            .all(|found| found.section != section);
        assert!(!(document.is_unreadable(section) && is_silent));
    }
}

fn lookups(document: &Document) {
    let (mappings, _) = Mappings::compile(document);
    assert!(mappings.len() <= document.entries.len());
    let mut found = 0;
    for entry in &document.entries {
        let principal = match &entry.identity {
            Identity::Role { arn } | Identity::User { arn } => arn.to_ascii_lowercase(),
            Identity::Account { id } => format!("arn:aws:iam::{id}:user/nobody"),
            Identity::Sso { .. } => entry.identity.to_string().replace('*', "0123456789abcdef"),
        };
        if let Ok(principal) = principal.parse::<Principal>() {
            found += usize::from(mappings.lookup(&principal).is_some());
        }
    }
    assert!(found > 0 || mappings.is_empty());
}
