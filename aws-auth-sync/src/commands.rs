//! The commands that ask no cluster.

mod explain;
mod lint;
mod migrate;
mod policies;

pub(crate) use explain::explain;
pub(crate) use lint::lint;
pub(crate) use migrate::migrate;
pub(crate) use policies::policies;

use iam_core::aws_auth::Section;

use crate::error::Error;
use crate::subject::Subject;

/// What a list that the consumer cannot read is here.
#[derive(Clone, Copy, PartialEq)]
enum Unreadable {
    /// A list without entries, as the consumer takes it.
    Empty,
    /// An error.
    Refused,
}

/// Files whose entries can be told: what is not YAML, or no source, is an error here.
fn readable(subjects: &[Subject], unreadable: Unreadable) -> Result<(), Error> {
    for subject in subjects {
        for remark in &subject.remarks {
            let is_lost = subject.parts.is_empty() || unreadable == Unreadable::Refused;
            if is_lost && LOST.contains(&remark.code()) {
                let place = format!(
                    "{}:{}:{}",
                    subject.file, remark.position.line, remark.position.column
                );
                return Err(Error::Unreadable {
                    place,
                    message: remark.message.clone(),
                });
            }
            if remark.severity == crate::lint::Severity::Error {
                let section = remark.section.map_or("", Section::key);
                tracing::warn!(
                    "{}:{}:{}: {section} {}",
                    subject.file,
                    remark.position.line,
                    remark.position.column,
                    remark.message
                );
            }
        }
    }
    Ok(())
}

/// The rules that a list, or a whole file, is lost by.
const LOST: [&str; 7] = ["D01", "D02", "D03", "D04", "D06", "F01", "T03"];
