//! From changes to texts: splices into what is there, so that everything else stays as it is, byte
//! for byte. What comes out is read again as the consumer reads it, and is given only if it means
//! what it should.

mod entry;
mod meant;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use iam_core::aws_auth::{Document, LIST_LIMITS, Section};
use iam_core::yaml::edit::{self, EditError, ListChange};
use iam_core::yaml::{FirstDocument, Fresh};
use thiserror::Error;

pub(crate) use entry::{USUAL, fresh};

use crate::desired::sections;
use crate::live::Live;
use crate::merge::{Action, Change};
use crate::render::{self, Data};

/// What becomes of a section.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SectionEdit {
    /// The section.
    pub section: Section,
    /// How.
    pub way: Way,
    /// Its text afterwards; none where it goes.
    pub text: Option<String>,
}

/// How a section changes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Way {
    /// Its text is edited.
    Splice(Box<edit::Change>),
    /// It gets a text of its own.
    Write,
    /// It goes.
    Remove,
}

/// Why texts cannot be edited.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TextError {
    /// The text is one that an edit could damage.
    #[error("edit {section} of the live aws-auth: {source}")]
    Edit {
        /// The section; positions are those in its text.
        section: Section,
        /// What is in the way.
        source: EditError,
    },
    /// The text would not be read as it was meant.
    #[error("edit {section} of the live aws-auth: its consumer would not read what was meant")]
    Misread {
        /// The section.
        section: Section,
    },
}

impl TextError {
    /// What a person can do about it.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Edit { source, .. } => source.remedy(),
            Self::Misread { .. } => {
                "aws-auth-sync lint tells what is wrong with it; mend it with kubectl edit"
            }
        }
    }
}

/// An aws-auth whose sections are edited.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The sections that change.
    pub edits: Vec<SectionEdit>,
    /// What the consumer reads afterwards.
    pub document: Document,
}

/// Carries changes out on the texts of the live sections.
///
/// # Errors
/// When a text cannot be edited without danger to the rest of it.
pub fn edit(live: &Live, changes: &[Change]) -> Result<Edited, TextError> {
    let (mut edits, mut read) = (Vec::new(), HashMap::new());
    for section in Section::ALL {
        let of_section = |change: &&Change| change.section() == section && writes(change);
        let changes: Vec<&Change> = changes.iter().filter(of_section).collect();
        if !changes.is_empty() {
            let (edit, first) = section_after(section, live, &changes)?;
            edits.push(edit);
            read.extend(first.map(|first| (section, first)));
        }
    }
    if edits.is_empty() {
        let document = live.document.clone();
        return Ok(Edited { edits, document });
    }
    let data = after(&live.data, &edits);
    let document = Document::parse_rest(&sections(&data), |section| read.remove(&section));
    for edit in &edits {
        if !meant::holds(edit.section, live, changes, &document) {
            let section = edit.section;
            return Err(TextError::Misread { section });
        }
    }
    Ok(Edited { edits, document })
}

/// The data with its sections edited.
#[must_use]
pub fn after(data: &Data, edits: &[SectionEdit]) -> Data {
    let mut after = data.clone();
    for edit in edits {
        let key = edit.section.key().to_owned();
        match &edit.text {
            Some(text) => after.insert(key, text.clone()),
            None => after.remove(&key),
        };
    }
    after
}

/// Whether a change is one of the text.
const fn writes(change: &Change) -> bool {
    match change.action {
        Action::Add(_) | Action::Update { .. } | Action::Remove(_) => true,
        Action::Adopt(_) => false,
    }
}

/// The edit, and what is read of the text afterwards, where it was read already.
fn section_after(
    section: Section,
    live: &Live,
    changes: &[&Change],
) -> Result<(SectionEdit, Option<FirstDocument>), TextError> {
    let edit = |way, text| SectionEdit { section, way, text };
    // A bare `[]` says nothing of how entries are to be written.
    let text = live.list(section).filter(|text| text.trim() != EMPTY);
    let Some(text) = text else {
        let text = render::list(changes.iter().map(|change| change.entry()));
        return Ok((edit(Way::Write, Some(text)), None));
    };
    let failed = |source| TextError::Edit { section, source };
    let document = edit::Document::parse(text, &LIST_LIMITS).map_err(failed)?;
    let list = list_change(&document, section, live, changes);
    let change = edit::Change::from(list);
    let edited = document.edited(&change).map_err(failed)?;
    let (text, first) = match edited.map(edit::Edited::into_parts) {
        Some((text, first)) => (text, Some(first)),
        None => (text.to_owned(), None),
    };
    let is_made = live.records.iter().any(|record| record.has_made(section));
    if is_made && text.trim() == EMPTY {
        return Ok((edit(Way::Remove, None), None));
    }
    Ok((edit(Way::Splice(Box::new(change)), Some(text)), first))
}

/// The changes of a list: new entries come last, in the order of the sources.
fn list_change(
    document: &edit::Document<'_>,
    section: Section,
    live: &Live,
    changes: &[&Change],
) -> ListChange {
    let items = document.root().and_then(|root| root.as_sequence());
    let items = items.map_or(&[][..], |sequence| &sequence.items);
    let order = entry::order(items);
    let entries = entry::by_index(&live.document, section);
    let mut list = ListChange::default();
    for change in changes {
        let mut surplus = change.indices.as_slice();
        match &change.action {
            Action::Add(new) => list = list.push(entry::fresh(new, order)),
            Action::Update { before, after } => {
                if let Some((at, others)) = surplus.split_first()
                    && let (Some(item), Some(entry)) = (items.get(*at), entries.get(at))
                {
                    surplus = others;
                    list = list.change(*at, entry::difference(item, entry, before, after));
                }
            }
            Action::Remove(_) | Action::Adopt(_) => {}
        }
        list = surplus.iter().fold(list, |list, at| list.remove(*at));
    }
    list
}

/// A list without entries.
const EMPTY: &str = "[]";

impl SectionEdit {
    /// The text as a value that is new to a manifest.
    #[must_use]
    pub fn fresh(&self) -> Fresh {
        Fresh::Lines(self.text.clone().unwrap_or_default())
    }
}
