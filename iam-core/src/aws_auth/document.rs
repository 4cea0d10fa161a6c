//! The document: its sections read one by one.

use super::{
    Diagnostic, Entry, Section, Severity, accounts, decode,
    decode::Output,
    json::{self, Fault},
    refused,
};
use crate::yaml::{self, FirstDocument, Limits, Node, Position, YamlError};

/// The values of an aws-auth ConfigMap's `data`, each of them YAML text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Data<'a> {
    /// `mapRoles`
    pub map_roles: Option<&'a str>,
    /// `mapUsers`
    pub map_users: Option<&'a str>,
    /// `mapAccounts`
    pub map_accounts: Option<&'a str>,
}

impl<'a> Data<'a> {
    /// The text of a section.
    #[must_use]
    pub const fn get(&self, section: Section) -> Option<&'a str> {
        match section {
            Section::MapRoles => self.map_roles,
            Section::MapUsers => self.map_users,
            Section::MapAccounts => self.map_accounts,
        }
    }

    /// The text of a section, unless the consumer takes it for an absent one.
    #[must_use]
    pub fn filled(&self, section: Section) -> Option<&'a str> {
        self.get(section).filter(|text| !is_blank(text))
    }
}

/// An aws-auth document as its consumer reads it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Document {
    /// What the consumer keeps, in its order: roles, users, accounts, each as written.
    pub entries: Vec<Entry>,
    /// What a person should know, in the order of sections and places.
    pub diagnostics: Vec<Diagnostic>,
    unreadable: Vec<Section>,
}

impl Document {
    /// Reads the sections of a ConfigMap; positions count from each section's own beginning.
    ///
    /// This cannot fail: what the consumer cannot read it does without, and so does this, with a
    /// [`Diagnostic`].
    #[must_use]
    pub fn parse(data: &Data<'_>) -> Self {
        Self::parse_rest(data, |_| None)
    }

    /// The same, where some sections are read already: `first` gives the first document of their
    /// texts.
    #[must_use]
    pub fn parse_rest(
        data: &Data<'_>,
        mut first: impl FnMut(Section) -> Option<FirstDocument>,
    ) -> Self {
        let mut output = Output::default();
        for section in Section::ALL {
            if let Some(text) = data.filled(section) {
                let first =
                    first(section).map_or_else(|| yaml::parse_first(text, &LIST_LIMITS), Ok);
                read_text(section, text, first, &mut output);
            }
        }
        output.into()
    }

    /// Reads sections that are lists of a YAML file already, as in the configuration file of
    /// aws-iam-authenticator; positions are those of the nodes.
    #[must_use]
    pub fn from_nodes<'a>(sections: impl IntoIterator<Item = (Section, &'a Node)>) -> Self {
        let mut output = Output::default();
        for (section, node) in sections {
            read_node(section, node, &mut output);
        }
        output.into()
    }

    /// What another reader made of another notation; `unreadable` are the sections of which it could
    /// read nothing.
    #[must_use]
    pub fn from_parts(
        entries: Vec<Entry>,
        diagnostics: Vec<Diagnostic>,
        unreadable: Vec<Section>,
    ) -> Self {
        let output = Output {
            entries,
            diagnostics,
            unreadable,
        };
        output.into()
    }

    /// Whether the consumer can read nothing of a section, so that everybody in it is locked out.
    #[must_use]
    pub fn is_unreadable(&self, section: Section) -> bool {
        self.unreadable.contains(&section)
    }

    /// The entries of a section.
    pub fn section(&self, section: Section) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.section == section)
    }

    /// Moves every position of a section, as from its text to the file that holds it.
    pub(super) fn map_positions(&mut self, section: Section, map: impl Fn(Position) -> Position) {
        for entry in self
            .entries
            .iter_mut()
            .filter(|entry| entry.section == section)
        {
            entry.position = map(entry.position);
            let fields = &mut entry.fields;
            let named = [
                &mut fields.identity,
                &mut fields.username,
                &mut fields.groups,
            ];
            for field in named.into_iter().chain([&mut fields.userid]).flatten() {
                (field.key, field.value) = (map(field.key), map(field.value));
            }
            fields
                .group_items
                .iter_mut()
                .for_each(|item| *item = map(*item));
        }
        for diagnostic in self
            .diagnostics
            .iter_mut()
            .filter(|found| found.section == section)
        {
            diagnostic.position = map(diagnostic.position);
        }
    }
}

impl From<Output> for Document {
    fn from(output: Output) -> Self {
        let Output {
            entries,
            mut diagnostics,
            unreadable,
        } = output;
        diagnostics.sort_by_key(|found| (found.section, found.position.span.start));
        Self {
            entries,
            diagnostics,
            unreadable,
        }
    }
}

/// What the consumer takes for an absent section.
fn is_blank(text: &str) -> bool {
    matches!(text.trim(), "" | "``" | "\"\"" | "''")
}

fn read_text(
    section: Section,
    text: &str,
    first: Result<FirstDocument, YamlError>,
    output: &mut Output,
) {
    match first {
        Ok(first) => {
            if let Some(position) = first.rest {
                let message = "the list ends here: what follows is not read";
                output.diagnostics.push(
                    Diagnostic::new(Severity::Error, section, position, message)
                        .hint("only the first YAML document counts; remove the line")
                        .code("D05"),
                );
            }
            if let Some(fault) = refused::find(text, &first) {
                output.unreadable(unreadable(section, fault));
            } else if let Some(node) = &first.node {
                read_node(section, node, output);
            }
        }
        Err(error) => output.unreadable(not_yaml(section, text, &error)),
    }
}

fn read_node(section: Section, node: &Node, output: &mut Output) {
    match section {
        Section::MapAccounts => accounts::section(node, output),
        Section::MapRoles | Section::MapUsers => {
            let (entries, diagnostics) = (output.entries.len(), output.diagnostics.len());
            if decode::section(section, node, output).is_err() {
                output.entries.truncate(entries);
                output.diagnostics.truncate(diagnostics);
                // Of several faults the one that the consumer meets first, which reads all before it
                // looks at any of it.
                if let Err(fault) = json::convert(node) {
                    output.unreadable(unreadable(section, fault));
                }
            }
        }
    }
}

fn unreadable(section: Section, fault: Fault) -> Diagnostic {
    let message = format!("{}: the consumer reads nothing of this list", fault.reason);
    let is_tab = fault.reason.contains("tab");
    let diagnostic = Diagnostic::new(Severity::Error, section, fault.position, message);
    let is_template = fault.hint.is_some_and(|hint| hint.contains("{{"));
    let diagnostic = diagnostic.code(match (is_tab, is_template) {
        (true, _) => "D02",
        (false, true) => "T03",
        (false, false) => "D01",
    });
    Diagnostic {
        hint: fault.hint.map(str::to_owned),
        ..diagnostic
    }
}

fn not_yaml(section: Section, text: &str, error: &YamlError) -> Diagnostic {
    let mut position = error.position().unwrap_or(Position::START);
    let reason = match error {
        YamlError::Syntax { reason, .. } => format!("not YAML: {reason}"),
        YamlError::SelfReference { .. } => "an alias refers to a node that contains it".to_owned(),
        YamlError::TooLong { .. } => error.to_string(),
        YamlError::TooDeep { limit, .. } => format!("nested more than {limit} levels deep"),
        YamlError::TooMany { what, limit, .. } => format!("more than {limit} {what}"),
    };
    if reason.contains("tab") {
        // The parser names the beginning of what the tab interrupts.
        position = refused::first_tab(text, position.line).unwrap_or(position);
    }
    let message = format!("{reason}: the consumer reads nothing of this list");
    let diagnostic = Diagnostic::new(Severity::Error, section, position, message);
    match syntax_hint(text, position.line) {
        Some((code, hint)) => diagnostic.hint(hint).code(code),
        None => diagnostic.code("D01"),
    }
}

/// For the text of a list: four times what a ConfigMap may hold, so that one that is too large can
/// still be looked into.
pub const LIST_LIMITS: Limits = Limits {
    bytes: 4 << 20,
    depth: 32,
    nodes: 400_000,
    aliases: 10_000,
    events: 1_600_000,
};

/// The slips that people make most.
fn syntax_hint(text: &str, line: usize) -> Option<(&'static str, &'static str)> {
    let line = text.lines().nth(line.checked_sub(1)?)?;
    if refused::has_tab_in_indentation(line) {
        return Some(("D02", "indent with spaces, not with tabs"));
    }
    let value = line
        .split_once(": ")
        .map_or(line, |(_, value)| value)
        .trim_start_matches(['-', ' ']);
    match value.chars().next()? {
        '{' => Some(("T03", "quote a value that begins with {{")),
        '@' | '`' | '%' | '&' | '*' | '!' | '|' | '>' => {
            Some(("D01", "quote a value that begins with a special character"))
        }
        _ => None,
    }
}
