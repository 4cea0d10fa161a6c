//! The records as annotations: those that change.

use iam_core::aws_auth::Section;

use crate::edit::{SectionEdit, Way};
use crate::live::Live;
use crate::merge::Merge;
use crate::record::Record;

/// What becomes of an annotation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Annotation {
    /// Its key.
    pub key: String,
    /// Its value; none where it goes.
    pub value: Option<String>,
}

/// The annotations that change, with what the edits make and take of sections.
pub(super) fn changed(live: &Live, edits: &[SectionEdit], merge: &mut Merge) -> Vec<Annotation> {
    for edit in edits {
        note_section(edit, live, merge);
    }
    differing(live, merge)
}

/// Notes in the records which section its owner makes, and which goes.
fn note_section(edit: &SectionEdit, live: &Live, merge: &mut Merge) {
    let section = edit.section;
    match edit.way {
        Way::Write if !live.data.contains_key(section.key()) => merge.record.make(section),
        Way::Write | Way::Splice(_) => {}
        Way::Remove => {
            merge.record.unmake(section);
            for record in live
                .records
                .iter()
                .filter(|record| record.has_made(section))
            {
                unmake(record, section, merge);
            }
        }
    }
}

fn unmake(record: &Record, section: Section, merge: &mut Merge) {
    if record.owner() == merge.record.owner() {
        return;
    }
    let mut robbed = merge.robbed.iter_mut();
    match robbed.find(|robbed| robbed.owner() == record.owner()) {
        Some(robbed) => robbed.unmake(section),
        None => {
            let mut record = record.clone();
            record.unmake(section);
            merge.robbed.push(record);
        }
    }
}

/// The annotations that differ from those that are there.
fn differing(live: &Live, merge: &Merge) -> Vec<Annotation> {
    let records = std::iter::once(&merge.record).chain(&merge.robbed);
    let changed = records.filter_map(|record| {
        let before = live.record(record.owner()).and_then(Record::value);
        let value = record.value();
        let key = record.annotation();
        (before != value).then_some(Annotation { key, value })
    });
    changed.collect()
}
