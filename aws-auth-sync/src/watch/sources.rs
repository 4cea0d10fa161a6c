//! What the sources want, as far as they could ever be read.

use std::borrow::Cow;

use super::Setup;
use crate::commands::{other_cluster, wanted};
use crate::digest::{Digest, digest};
use crate::error::Error;
use crate::guard::check_connected;
use crate::input::Input;
use crate::plan::Wanted;

/// The sources as they were read last.
#[derive(Debug, Default)]
pub(super) struct Sources {
    inputs: Option<Vec<Input>>,
    revision: Option<Digest>,
    good: Option<Wanted>,
    good_revision: Option<Digest>,
    fault: Option<Error>,
}

impl Sources {
    /// What cannot be used, and never could.
    #[cfg(test)]
    pub(super) fn at_fault(error: Error) -> Self {
        Self {
            fault: Some(error),
            ..Self::default()
        }
    }

    /// Reads them; where they are at fault, the last good ones stay.
    pub(super) async fn read(&mut self, setup: &Setup<'_>) {
        let inputs = match setup.origins.read(setup.cluster).await {
            Ok(inputs) => inputs,
            Err(error) => {
                self.inputs = None;
                self.revision = None;
                self.fault = Some(error);
                return;
            }
        };
        if self.inputs.as_ref() == Some(&inputs) {
            return;
        }
        self.revision = Some(revision(&inputs));
        match judge(&inputs, setup) {
            Ok(wanted) => {
                self.good = Some(wanted);
                self.good_revision = self.revision;
                self.fault = None;
            }
            Err(error) => self.fault = Some(error),
        }
        self.inputs = Some(inputs);
    }

    /// What they want, or wanted when they were good.
    pub(super) const fn wanted(&self) -> Option<&Wanted> {
        self.good.as_ref()
    }

    /// What stands for the texts that were read last; none where they could not be read.
    pub(super) const fn revision(&self) -> Option<Digest> {
        self.revision
    }

    /// What stands for the texts that [`Self::wanted`] is of.
    pub(super) const fn good_revision(&self) -> Option<Digest> {
        self.good_revision
    }

    /// Whether another reading may well succeed although nobody tells of a change.
    pub(super) fn may_come(&self) -> bool {
        matches!(&self.fault, Some(Error::Origin(error)) if error.is_passing())
    }

    /// As [`Self::fault`], at the end.
    pub(super) fn into_fault(self) -> Option<Error> {
        self.fault
    }

    /// What is wrong with them now.
    pub(super) const fn fault(&self) -> Option<&Error> {
        self.fault.as_ref()
    }
}

fn revision(inputs: &[Input]) -> Digest {
    let texts = inputs.iter().map(|input| {
        let content = String::from_utf8_lossy(&input.bytes);
        [Cow::Borrowed(&*input.file), content]
    });
    let texts: Vec<Cow<'_, str>> = texts.flatten().collect();
    digest(texts.iter().map(|text| &**text))
}

/// What good sources want of this cluster.
fn judge(inputs: &[Input], setup: &Setup<'_>) -> Result<Wanted, Error> {
    let (wanted, named) = wanted(inputs, setup.change.clone())?;
    let clusters = &wanted.desired.clusters;
    let other = check_connected(clusters, named.as_deref(), &setup.cluster.identity);
    other_cluster(other, wanted.overrides)?;
    Ok(wanted)
}
