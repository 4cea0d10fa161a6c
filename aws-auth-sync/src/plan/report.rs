//! A plan for people, for scripts and for pull requests.

mod json;
mod markdown;
mod text;

use std::fmt;

use clap::ValueEnum;
use serde::Serialize;

use super::Plan;
use crate::merge::{Action, Change};
use crate::yaml;

pub use json::{KIND, changes, document};
pub use text::{entries, listed};

/// How to write a plan.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// One document, for scripts
    Json,
    /// The same in YAML
    Yaml,
    /// For a pull request
    Markdown,
}

/// How many entries there are of each kind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Entries that are new.
    pub add: usize,
    /// Entries of the owner that give something else.
    pub change: usize,
    /// Entries that go.
    pub remove: usize,
    /// Entries that are there and get this owner.
    pub adopt: usize,
    /// Those of them that give something else then.
    pub adopt_changed: usize,
    /// Entries that stay and are not this owner's.
    pub foreign: usize,
    /// Those of them that are as this owner declares them.
    pub unowned: usize,
    /// Entries that only `protect` keeps.
    pub protected: usize,
    /// Entries of the owner's record that are gone, and no longer declared.
    pub forgotten: usize,
}

impl fmt::Display for Summary {
    /// What is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            add,
            change,
            remove,
            adopt,
            adopt_changed,
            ..
        } = self;
        write!(f, "{add} to add, {change} to change, {remove} to remove")?;
        match (adopt, adopt_changed) {
            (0, _) => Ok(()),
            (_, 0) => write!(f, ", {adopt} to adopt"),
            _ => write!(f, ", {adopt} to adopt ({adopt_changed} with other values)"),
        }
    }
}

impl Summary {
    /// Counts.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let merge = &plan.merge;
        Self {
            foreign: merge.foreign,
            unowned: merge.unowned,
            protected: merge.protected.len(),
            forgotten: merge.forgotten,
            ..Self::of_changes(&merge.changes)
        }
    }

    /// Counts what is written.
    #[must_use]
    pub fn of_changes(changes: &[Change]) -> Self {
        let mut summary = Self::default();
        for change in changes {
            let count = match change.action {
                Action::Add(_) => &mut summary.add,
                Action::Update { .. } if change.is_adoption() => {
                    summary.adopt_changed += 1;
                    &mut summary.adopt
                }
                Action::Update { .. } => &mut summary.change,
                Action::Remove(_) => &mut summary.remove,
                Action::Adopt(_) => &mut summary.adopt,
            };
            *count += 1;
        }
        summary
    }
}

/// Writes a plan.
#[must_use]
pub fn render(plan: &Plan, format: Format) -> String {
    match format {
        Format::Text => text::render(plan),
        Format::Json => iam_cli::json::pretty(&document(plan)),
        Format::Yaml => yaml::write(&document(plan)),
        Format::Markdown => markdown::render(plan),
    }
}
