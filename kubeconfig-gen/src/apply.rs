//! Entries put into the files that hold them.

use std::path::PathBuf;

use iam_cli::NOTICE;

use crate::error::Error;
use crate::kubeconfig::{Kind, Kubeconfig};
use crate::kuberc;
use crate::options::Output;
use crate::records::{Record, Records};
use crate::shadow;
use crate::store::{self, Changes, ContentError, Texts, Write};
use crate::target::Files;

/// What becomes of entries.
#[derive(Clone, Debug)]
pub(crate) struct Effect {
    /// The files to edit.
    pub(crate) files: Files,
    /// The kuberc to add their plugins to.
    pub(crate) kuberc: Option<PathBuf>,
    /// What is kept of what was written.
    pub(crate) records: Option<Records>,
    /// Whether files are written or printed.
    pub(crate) output: Output,
}

/// What an edit comes to.
struct Outcome {
    /// For each context whether there was none of that name, and its file.
    contexts: Vec<(bool, PathBuf)>,
    /// The file of `current-context`, where no entry is written to it.
    chosen: Option<PathBuf>,
    /// The files that entries are in, as they become.
    texts: String,
    /// What is wrong with other files.
    faults: Vec<ContentError>,
}

impl Effect {
    /// Writes the entries, or prints the files; what it returns is for stdout.
    ///
    /// # Errors
    /// When a file cannot be edited or written.
    pub(crate) fn apply(&self, entries: &[Kubeconfig]) -> Result<String, Error> {
        if self.output == Output::DryRun {
            let (_, outcome) = plan(&Texts::read(&self.files)?, entries)?;
            return Ok(outcome.texts);
        }
        let read = || Texts::read(&self.files);
        let outcome = store::under_locks(read, |texts| plan(texts, entries))?;
        outcome.say();
        shadow::report(&self.files, entries);
        // All of one run call the same plugin.
        if let (Some(path), Some(one)) = (&self.kuberc, entries.first()) {
            kuberc::allow(path, one.command())?;
        }
        let written = || entries.iter().zip(&outcome.contexts);
        if let Some(records) = &self.records {
            for (one, (_, path)) in written() {
                records.keep(&Record::new(path, &one.context.name, &one.cluster.name));
            }
        }
        Ok(written()
            .map(|(one, context)| self.said(one, context))
            .collect())
    }

    fn said(&self, kubeconfig: &Kubeconfig, (is_new, path): &(bool, PathBuf)) -> String {
        let (name, path) = (kubeconfig.context_name(), path.display());
        let done = if *is_new {
            format!("Added new context {name} to {path}\n")
        } else {
            format!("Updated context {name} in {path}\n")
        };
        match self.output {
            Output::DryRun | Output::Write => done,
            Output::WriteAndShow => {
                let [context, user, cluster] = kubeconfig.entries();
                format!("{done}Entries:\n\n{context}\n{user}\n{cluster}\n")
            }
        }
    }
}

impl Outcome {
    fn say(&self) {
        for fault in &self.faults {
            tracing::warn!("{fault}: kubectl reads none of its files until this one is mended");
        }
        if let Some(path) = &self.chosen {
            let path = path.display();
            tracing::info!(target: NOTICE, "current-context is set in {path}, which kubectl reads first");
        }
    }
}

fn plan(texts: &Texts, entries: &[Kubeconfig]) -> Result<(Vec<Write>, Outcome), Error> {
    let store = texts.open();
    let mut changes = Changes::new(&store);
    if changes.begins_default() {
        changes.begin(entries);
    }
    let mut contexts = Vec::new();
    let mut chosen = None;
    for one in entries {
        let is_new = store.find(Kind::Context, one.context_name()).is_none();
        changes.put(&one.cluster);
        let file = changes.put(&one.context);
        let current = one.current().map(|name| changes.set_current(name));
        chosen = current.filter(|current| *current != file).or(chosen);
        changes.put(&one.user);
        contexts.push((is_new, store.path(file).to_owned()));
    }
    let (writes, texts) = changes.finish()?;
    let outcome = Outcome {
        contexts,
        chosen: chosen.map(|file| store.path(file).to_owned()),
        texts,
        faults: store.faults(),
    };
    Ok((writes, outcome))
}
