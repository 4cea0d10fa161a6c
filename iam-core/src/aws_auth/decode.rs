//! `mapRoles` and `mapUsers` as Go's `encoding/json` fills the consumer's structs.
//!
//! Keys match without regard to case and are taken in the order of their bytes; a value of the
//! wrong type leaves the field as it is, and the entry is kept if it still names somebody.

mod remark;
mod sso;

use super::{
    Diagnostic, Entry, Field, Fields, Identity, Section, Severity,
    json::{self, Fault, Json, Kind, Member},
};
use crate::yaml::{Node, Position};

use sso::RawSso;

/// Entries and remarks of a section, as they are found.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) entries: Vec<Entry>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) unreadable: Vec<Section>,
}

impl Output {
    pub(super) fn unreadable(&mut self, diagnostic: Diagnostic) {
        self.unreadable.push(diagnostic.section);
        self.diagnostics.push(diagnostic);
    }
}

/// Reads the list of `section`.
///
/// # Errors
/// What makes all of it unreadable; `output` holds what was read before that.
pub(super) fn section(section: Section, root: &Node, output: &mut Output) -> Result<(), Fault> {
    let Some(list) = root.as_sequence() else {
        let json = json::convert(root)?;
        if !json.is_null() {
            output.unreadable(not_a_list(section, root.position, json.what()));
        }
        return Ok(());
    };
    output.entries.reserve(list.items.len());
    for (index, node) in list.items.iter().enumerate() {
        let mut item = Item {
            section,
            index,
            position: node.position,
            raw: Raw::default(),
            output,
        };
        item.read(&json::convert(node)?);
    }
    Ok(())
}

pub(super) fn not_a_list(section: Section, position: Position, what: &str) -> Diagnostic {
    let message = format!("the value is {what}, not a list: the consumer reads no entry of it");
    Diagnostic::new(Severity::Error, section, position, message)
        .hint("each entry begins with \"- \"")
        .code("D04")
}

/// An item that is being read.
struct Item<'o> {
    section: Section,
    index: usize,
    position: Position,
    raw: Raw,
    output: &'o mut Output,
}

/// The consumer's struct.
#[derive(Default)]
struct Raw {
    arn: String,
    sso: Option<RawSso>,
    username: String,
    groups: Vec<String>,
    fields: Fields,
    sso_field: Option<Field>,
}

impl Item<'_> {
    fn read(&mut self, json: &Json<'_>) {
        let Kind::Object(members) = &json.kind else {
            let what = if json.is_null() { "empty" } else { json.what() };
            let message = format!("the item is {what}, not a mapping: it is dropped");
            self.error("S15", self.position, message, None);
            return;
        };
        let known = self.known_keys();
        let mut seen = [false; MAX_KEYS];
        for member in members {
            let name = &member.name;
            let mut keys = known.iter().zip(&mut seen);
            let Some((canonical, is_seen)) = keys.find(|(key, _)| is_fold_equal(name, key)) else {
                self.unknown_key(name, member.key.position, known);
                continue;
            };
            self.check_key(name, canonical, member);
            if *is_seen {
                let message = format!("{canonical} is given in two spellings: this one counts");
                self.warning("S05", member.key.position, message);
            }
            *is_seen = true;
            self.field(canonical, member);
        }
        if let Some(identity) = self.identity() {
            let Raw {
                username,
                groups,
                fields,
                ..
            } = std::mem::take(&mut self.raw);
            let Self {
                section,
                index,
                position,
                ..
            } = *self;
            self.output.entries.push(Entry {
                section,
                index,
                position,
                identity,
                username,
                groups,
                fields,
            });
        }
    }

    fn known_keys(&self) -> &'static [&'static str] {
        match self.section {
            Section::MapRoles => &["rolearn", "sso", "username", "groups", "userid"],
            Section::MapUsers | Section::MapAccounts => {
                &["userarn", "username", "groups", "userid"]
            }
        }
    }

    fn field(&mut self, name: &'static str, member: &Member<'_>) {
        let value = &member.value;
        let field = Some(Field {
            key: member.key.position,
            value: value.node.position,
        });
        match name {
            "sso" => {
                self.raw.sso_field = field;
                self.sso(value);
            }
            "username" => {
                self.raw.fields.username = field;
                let text = self.text(name, value);
                set(&mut self.raw.username, text);
            }
            "groups" => {
                self.raw.fields.groups = field;
                self.groups(value);
            }
            "userid" => {
                self.raw.fields.userid = field;
                self.text(name, value);
            }
            _ => {
                self.raw.fields.identity = field;
                let text = self.text(name, value);
                set(&mut self.raw.arn, text);
            }
        }
    }

    /// The text of a field; null and other types leave the field alone.
    fn text<'j>(&mut self, name: &str, json: &'j Json<'_>) -> Option<&'j str> {
        if let Kind::Text(text) = &json.kind {
            return Some(text);
        }
        if !json.is_null() {
            let message = format!(
                "{name} is {}, not text: the consumer ignores it",
                json.what()
            );
            self.error("S06", json.node.position, message, Some("quote the value"));
        }
        None
    }

    fn groups(&mut self, json: &Json<'_>) {
        let Kind::Array(items) = &json.kind else {
            if json.is_null() {
                self.raw.groups.clear();
                self.raw.fields.group_items.clear();
            } else {
                let message = format!(
                    "groups is {}, not a list: the consumer ignores it",
                    json.what()
                );
                let hint = "write each group on a line of its own, as \"- group\"";
                self.error("S07", json.node.position, message, Some(hint));
            }
            return;
        };
        // The consumer fills the list of an earlier spelling anew, item by item.
        let groups = Vec::with_capacity(items.len());
        let mut before = std::mem::replace(&mut self.raw.groups, groups).into_iter();
        self.raw.fields.group_items = items.iter().map(|item| item.node.position).collect();
        for item in items {
            let mut group = before.next().unwrap_or_default();
            if item.is_null() {
                let message = "the group is empty: the consumer takes it for the group \"\"";
                self.error("S06", item.node.position, message.to_owned(), None);
            }
            let text = self.text("the group", item);
            set(&mut group, text);
            self.raw.groups.push(group);
        }
    }

    /// Whom the entry is about; `None` drops it, as the consumer's validation does.
    fn identity(&mut self) -> Option<Identity> {
        let key = if self.section == Section::MapRoles {
            "rolearn"
        } else {
            "userarn"
        };
        let arn = std::mem::take(&mut self.raw.arn);
        match (arn.is_empty(), self.raw.sso.take()) {
            (false, None) if self.section == Section::MapRoles => Some(Identity::Role { arn }),
            (false, None) => Some(Identity::User { arn }),
            (true, Some(sso)) => {
                self.raw.fields.identity = self.raw.sso_field;
                self.sso_identity(sso)
            }
            (true, None) => {
                let message = format!("the entry has no {key}: it is dropped");
                self.error("S01", self.position, message, None);
                None
            }
            (false, Some(_)) => {
                let message = "the entry has both rolearn and sso: it is dropped";
                let hint = Some("make it two entries");
                self.error("S02", self.position, message.to_owned(), hint);
                None
            }
        }
    }
}

/// How many keys an entry has at most.
const MAX_KEYS: usize = 5;

fn set(field: &mut String, text: Option<&str>) {
    if let Some(text) = text {
        text.clone_into(field);
    }
}

/// Go folds the Kelvin sign and the long s to `k` and `s`, too.
fn is_fold_equal(found: &str, key: &str) -> bool {
    let fold = |character: char| match character {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        other => other.to_ascii_lowercase(),
    };
    found == key || found.chars().map(fold).eq(key.chars().map(fold))
}
