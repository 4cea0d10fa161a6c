//! One aws-auth, compiled: what acts, and what was wrong with the rest.

use std::fmt;
use std::sync::Arc;

use iam_core::access_entry;
use iam_core::aws_auth::{
    self, Diagnostic, Mapped, MappingSource, Mappings, Position, Section, Severity,
};

use super::access_table;
use super::place::MappingPlace;
use super::snapshot::Hit;
use crate::config::BackendMode;

/// The mappings of one file or object. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Document(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    origin: Arc<str>,
    mappings: Mappings,
    diagnostics: Vec<SourceDiagnostic>,
    fault: Option<String>,
}

/// What is wrong with an entry or a section: `aws-auth.yaml:12:5: mapRoles[2]: …`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceDiagnostic {
    /// The text for people.
    pub text: String,
    /// The one thing to try.
    pub hint: Option<String>,
    /// How bad it is: an error does not act.
    pub severity: Severity,
}

impl Document {
    /// Compiles what was read at `origin`, a file or an object.
    #[must_use]
    pub fn compile(origin: &str, document: &aws_auth::Document) -> Self {
        Self::compile_with(origin, document, &[])
    }

    /// The same, with remarks on all of the file.
    pub(super) fn compile_with(
        origin: &str,
        document: &aws_auth::Document,
        remarks: &[String],
    ) -> Self {
        let remarks = remarks.iter().map(|remark| SourceDiagnostic {
            text: format!("{origin}: {remark}"),
            hint: None,
            severity: Severity::Warning,
        });
        let (mappings, of_compiling) = Mappings::compile(document);
        let of_core = document.diagnostics.iter().chain(&of_compiling);
        let diagnostics: Vec<SourceDiagnostic> = of_core
            .map(|diagnostic| SourceDiagnostic::new(origin, diagnostic))
            .chain(remarks)
            .collect();
        let fault = fault(origin, document, &diagnostics);
        Self(Arc::new(Inner {
            origin: origin.into(),
            mappings,
            diagnostics,
            fault,
        }))
    }

    /// Where it was read.
    #[must_use]
    pub fn origin(&self) -> Arc<str> {
        Arc::clone(&self.0.origin)
    }

    /// What acts.
    #[must_use]
    pub fn mappings(&self) -> &Mappings {
        &self.0.mappings
    }

    /// The entry that decides about everybody who is `mapped`.
    pub(super) fn find(&self, mode: BackendMode, mapped: Mapped<'_>) -> Option<Hit<'_>> {
        let found = self.0.mappings.find(mapped)?;
        Some(Hit::of_match(mode, self, found))
    }

    /// Where an entry stands.
    pub(super) fn place(&self, mode: BackendMode, source: MappingSource) -> MappingPlace {
        MappingPlace {
            mode,
            origin: self.origin(),
            list: source.section.key(),
            entry: Some((source.index, source.line)),
        }
    }

    /// What is wrong, and what deserves a word.
    #[must_use]
    pub fn diagnostics(&self) -> &[SourceDiagnostic] {
        &self.0.diagnostics
    }

    /// How many faults there were: entries or sections that do not act.
    #[must_use]
    pub fn dropped(&self) -> usize {
        let is_error = |diagnostic: &&SourceDiagnostic| diagnostic.severity == Severity::Error;
        self.0.diagnostics.iter().filter(is_error).count()
    }

    /// What makes a whole section unreadable, if anything does: such a document must not take the
    /// place of a good one.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.0.fault.as_deref()
    }

    /// Every diagnostic as a line of the log.
    pub(super) fn remarks(&self) -> Vec<String> {
        self.0.diagnostics.iter().map(ToString::to_string).collect()
    }
}

impl SourceDiagnostic {
    pub(super) fn new(origin: &str, diagnostic: &Diagnostic) -> Self {
        let aws_auth::Diagnostic {
            position,
            section,
            index,
            ..
        } = diagnostic;
        let place = place(origin, *position, section.key(), *index);
        Self {
            text: format!("{place}: {}", diagnostic.message),
            hint: diagnostic.hint.clone(),
            severity: diagnostic.severity,
        }
    }

    pub(super) fn of_access_entry(origin: &str, diagnostic: &access_entry::Diagnostic) -> Self {
        let access_entry::Diagnostic {
            position, index, ..
        } = diagnostic;
        let place = place(origin, *position, access_table::LIST, *index);
        Self {
            text: format!("{place}: {}", diagnostic.message),
            hint: diagnostic.hint.clone(),
            severity: diagnostic.severity,
        }
    }
}

impl fmt::Display for SourceDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// `aws-auth.yaml:12:5: mapRoles[2]`.
fn place(origin: &str, position: Position, list: &str, index: Option<usize>) -> String {
    let Position { line, column, .. } = position;
    match index {
        Some(index) => format!("{origin}:{line}:{column}: {list}[{index}]"),
        None => format!("{origin}:{line}:{column}: {list}"),
    }
}

/// The first word on a section of which nothing can be read.
fn fault(
    origin: &str,
    document: &aws_auth::Document,
    diagnostics: &[SourceDiagnostic],
) -> Option<String> {
    let section = Section::ALL
        .into_iter()
        .find(|section| document.is_unreadable(*section))?;
    let said = document
        .diagnostics
        .iter()
        .zip(diagnostics)
        .find(|(raw, _)| raw.section == section && raw.severity == Severity::Error);
    Some(match said {
        Some((_, told)) => told.text.clone(),
        None => format!("{origin}: {section} cannot be read"),
    })
}

#[cfg(test)]
mod tests {
    use iam_core::aws_auth::Data;

    use super::*;

    fn compiled(map_roles: &str) -> Document {
        let data = Data {
            map_roles: Some(map_roles),
            ..Data::default()
        };
        Document::compile("aws-auth.yaml", &aws_auth::Document::parse(&data))
    }

    #[test]
    fn a_faulty_entry_falls_alone() {
        let document = compiled(
            "- {rolearn: 'arn:aws:iam::111122223333:role/A', username: a}\n\
             - {rolearn: 'arn:aws:iam::111122223333:role/B', username: ''}\n",
        );
        assert_eq!((document.mappings().len(), document.dropped()), (1, 1));
        assert_eq!(document.fault(), None);
    }

    #[test]
    fn an_unreadable_section_is_a_fault_with_its_place() {
        let document = compiled("- {rolearn: a, username: {{SessionName}}}\n- [");
        assert_eq!(document.mappings().len(), 0);
        let fault = document.fault().expect("a fault");
        assert!(fault.starts_with("aws-auth.yaml:"), "{fault}");
    }
}
