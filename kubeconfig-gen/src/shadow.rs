//! What kubectl takes from an earlier file instead of what was written into a later one.

use std::path::Path;

use iam_core::excerpt::Excerpt;

use crate::kubeconfig::Kubeconfig;
use crate::store::Texts;
use crate::target::Files;

/// Says which earlier files of `KUBECONFIG` win over what was written. Only a file that was named
/// can be behind others: kubectl's own choice never is.
pub(crate) fn report(files: &Files, entries: &[Kubeconfig]) {
    for path in &files.earlier {
        entries.iter().for_each(|one| report_one(path, files, one));
    }
}

fn report_one(path: &Path, files: &Files, kubeconfig: &Kubeconfig) {
    let only = Files {
        paths: vec![path.to_owned()],
        default: path.to_owned(),
        earlier: Vec::new(),
    };
    // A file that cannot be read is kubectl's to report.
    let Ok(texts) = Texts::read(&only) else {
        return;
    };
    let store = texts.open();
    let (path, later) = (path.display(), files.default.display());
    let current = kubeconfig
        .current()
        .and_then(|ours| Some((ours, store.current()?)));
    if let Some((_, other)) = current.filter(|(ours, other)| ours != other) {
        let other = Excerpt(&other);
        tracing::warn!(
            "{path} comes before {later} in KUBECONFIG, and its current-context {other} wins"
        );
    }
    for entry in [&kubeconfig.cluster, &kubeconfig.context, &kubeconfig.user] {
        if store.find(entry.kind, &entry.name).is_some() {
            let (kind, name) = (entry.kind.key(), Excerpt(&entry.name));
            tracing::warn!("{path} comes before {later} in KUBECONFIG, and its {kind} {name} wins");
        }
    }
}
