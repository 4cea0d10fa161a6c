//! One entry's row.

use crate::access::{Access, Level};
use crate::explain::{By, Explanation, Standing};
use crate::lint::Finding;
use crate::name::Fit;
use crate::rbac::Rbac;
use crate::rights::{Reach, Rights};
use crate::subject::LIVE;

/// What whoever an entry names may do.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The entry and whom it makes of them.
    pub standing: Standing<'a>,
    /// Where the entry stands.
    pub place: String,
    /// What they may do.
    pub rights: Rights<'a>,
}

/// How far that goes in a part of the cluster.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cell {
    /// Of everybody whom the entry names.
    pub certain: Access,
    /// Of those whose session has the right name.
    pub possible: Access,
}

impl<'a> Row<'a> {
    pub(super) fn new(standing: Standing<'a>, place: String, rbac: &'a Rbac) -> Self {
        let rights = standing.rights(rbac);
        Self {
            standing,
            place,
            rights,
        }
    }

    /// How far the rights go in a part of the cluster.
    #[must_use]
    pub fn cell(&self, reach: Reach<'_>) -> Cell {
        Cell::of(&self.rights, reach)
    }
}

impl Cell {
    pub(super) fn of(rights: &Rights<'_>, reach: Reach<'_>) -> Self {
        Self {
            certain: rights.access(reach, Fit::Certain),
            possible: rights.access(reach, Fit::Possible),
        }
    }

    /// What the right name of a session brings beyond that, if anything.
    #[must_use]
    pub fn beyond(self) -> Option<Access> {
        (self.possible != self.certain).then_some(self.possible)
    }

    /// `view, reads secrets; admin by the name of a session`
    #[must_use]
    pub fn told(self) -> String {
        let certain = match self.certain.level {
            Level::None => "–".to_owned(),
            Level::Some | Level::View | Level::Edit | Level::Admin | Level::Everything => {
                self.certain.told()
            }
        };
        match self.beyond() {
            Some(possible) => format!("{certain}; {} by the name of a session", possible.told()),
            None => certain,
        }
    }
}

/// `aws-auth.yaml:9, mapRoles entry 1`; a live aws-auth has no lines of its own.
pub(super) fn place(explanation: &Explanation<'_>, by: By<'_>) -> String {
    let (section, index, file, line) = explanation.place(by);
    if file == LIVE {
        format!("{file}, {section} entry {index}")
    } else {
        format!("{file}:{line}, {section} entry {index}")
    }
}

/// Where a finding is, likewise.
pub(super) fn finding_place(finding: &Finding) -> String {
    let (file, line, column) = (
        &finding.file,
        finding.position.line,
        finding.position.column,
    );
    match (finding.section, finding.index) {
        (Some(section), Some(index)) if **file == *LIVE => {
            format!("{file}, {section} entry {index}")
        }
        _ if **file == *LIVE => file.to_string(),
        _ => format!("{file}:{line}:{column}"),
    }
}
