//! What is wrong with sources of aws-auth: the rules of [`rule::RULES`], each finding with
//! its place, why it matters, and a fix where one is certain.

mod finding;
pub mod fix;
pub(crate) mod fixes;
pub mod principals;
pub mod report;
pub mod rule;
mod rules;
mod suppress;

use std::collections::BTreeSet;

use iam_core::partition::Partition;

pub use finding::{Finding, Fix, Remark};
pub use principals::Principals;
pub use rule::{Rule, Severity};
pub use suppress::allowed;

use crate::subject::Subject;

/// What the command line adds to the files.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The partition of the cluster.
    pub partition: Option<Partition>,
    /// Roles of Windows nodes.
    pub windows_roles: Vec<String>,
    /// What the cluster says, where it is asked.
    pub live: Option<Live>,
    /// What IAM says, where it is asked.
    pub principals: Option<Principals>,
}

/// What lint wants to know of a cluster.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The groups that bindings name.
    pub bound_groups: BTreeSet<String>,
    /// One of its nodes, by name.
    pub node: Option<String>,
    /// One that runs Windows.
    pub windows_node: Option<String>,
}

/// All findings in `subjects`, in the order of files and places.
#[must_use]
pub fn check(subjects: &[Subject], settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let bound_groups = rules::bound_groups(subjects, settings);
    let mut seen = rules::Seen::default();
    let first = subjects
        .iter()
        .position(|subject| !subject.parts.is_empty());
    for (number, subject) in subjects.iter().enumerate() {
        let mut remarks = subject.remarks.clone();
        if let Some(live) = &settings.live {
            rules::live(
                subjects,
                live,
                (first == Some(number)).then_some(subject),
                &mut remarks,
            );
        }
        for part in &subject.parts {
            for entry in &part.entries {
                rules::entry(subject, part, entry, settings, &mut remarks);
                if let Some(bound) = &bound_groups {
                    rules::bindings(entry, bound, &mut remarks);
                }
            }
        }
        rules::text(subject, &mut remarks);
        seen.file(subject, &mut remarks);
        remarks.sort_by_key(|remark| (remark.position.span.start, remark.code()));
        remarks.dedup_by(|later, earlier| {
            (later.position, later.code()) == (earlier.position, earlier.code())
        });
        let suppressed = suppress::Suppressed::of(subject);
        findings.extend(
            remarks
                .into_iter()
                .filter(|remark| !suppressed.covers(remark))
                .map(|remark| {
                    let end = subject.line_and_column(remark.position.span.end);
                    remark.placed(&subject.file, end)
                }),
        );
    }
    findings
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Summary {
    /// How many files were read.
    pub files: usize,
    /// How many entries they hold.
    pub entries: usize,
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// The rest.
    pub infos: usize,
    /// How many findings `--fix` would mend.
    pub fixable: usize,
}

impl Summary {
    /// Counts.
    #[must_use]
    pub fn of(subjects: &[Subject], findings: &[Finding]) -> Self {
        let count = |severity| {
            let found = findings
                .iter()
                .filter(|finding| finding.severity == severity);
            found.count()
        };
        Self {
            files: subjects.len(),
            entries: subjects
                .iter()
                .map(|subject| subject.entries().count())
                .sum(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            fixable: findings
                .iter()
                .filter(|finding| finding.fix.is_some())
                .count(),
        }
    }
}
