//! `render`.

use std::path::{Path, PathBuf};

use super::wanted::{load, wanted};
use super::{live_file, other_cluster, plan::offline};
use crate::cli::{ChangeArgs, RenderArgs};
use crate::error::Error;
use crate::guard::check_named;
use crate::input;
use crate::plan::Refusal;
use crate::render;

/// The manifest that the files make, or what they make of one that is there.
pub(crate) fn render(arguments: RenderArgs) -> Result<String, Error> {
    let RenderArgs {
        files,
        change,
        live_file,
    } = arguments;
    match live_file {
        Some(path) => edited(&path, &files, change),
        None => fresh(&files, change),
    }
}

fn fresh(files: &[PathBuf], change: ChangeArgs) -> Result<String, Error> {
    let (desired, _) = load(&input::read(files)?, change.owner)?;
    if desired.entries.is_empty() {
        return Err(Error::Nothing);
    }
    let other = check_named(&desired.clusters, change.cluster.as_deref());
    other_cluster(other, change.overrides)?;
    let record = desired.owner.as_ref();
    let record = record.map(|owner| render::record(owner, &desired.entries));
    Ok(render::manifest(&desired.data, record.as_ref()))
}

fn edited(path: &Path, files: &[PathBuf], change: ChangeArgs) -> Result<String, Error> {
    let file = live_file(path, files)?;
    let (wanted, named) = wanted(&input::read(files)?, change)?;
    let plan = offline(&file, &wanted, named.as_deref())?;
    for guard in &plan.passed {
        guard.tell_passed();
    }
    let plan = plan.permitted().inspect_err(Refusal::tell);
    let plan = plan.map_err(Error::Refused)?;
    let text = file.edited(&plan)?;
    for warning in &plan.warnings {
        warning.tell();
    }
    Ok(text)
}
