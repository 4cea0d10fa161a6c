//! Entries that others left as they were not written.

use super::{CheckOptions, Step};
use crate::merged::{Chosen, Merged};
use crate::shown::Word;

/// What was written and is there no more, and contexts that lead nowhere.
pub(super) fn find(merged: &Merged, options: &CheckOptions) -> Vec<Step> {
    let mut steps = Vec::new();
    let records = options.records.iter();
    for (path, record) in records.flat_map(|records| records.lost(merged)) {
        let message = format!(
            "kubeconfig-gen wrote context {}, and it is no longer there: deleted, or dropped by a \
             kubectl config that ran at the same time",
            record.context
        );
        steps.push(Step::warning(ENTRIES, message).hint(format!(
            "kubeconfig-gen update --name {} writes it again; if it went on purpose: rm {}",
            Word(&record.cluster),
            Word(&path.to_string_lossy())
        )));
    }
    let is_dangling = |chosen: &Chosen<'_>| chosen.cluster.is_none() || chosen.user.is_none();
    let dangling = merged.chosen().filter(is_dangling);
    steps.extend(dangling.map(|chosen| {
        let name = &chosen.context.name;
        let message = format!("the cluster or the user of context {name} is in no file");
        Step::warning(ENTRIES, message)
            .hint(format!("kubectl config delete-context {}", Word(name)))
    }));
    steps
}

const ENTRIES: &str = "entries";
