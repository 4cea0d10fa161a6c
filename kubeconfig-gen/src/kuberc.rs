//! kubectl's own preferences, in which a user can forbid exec plugins or name those that may run.
//!
//! <https://kubernetes.io/docs/reference/kubectl/kuberc/>, KEP-3104.

use std::path::{Path, PathBuf};

use iam_cli::NOTICE;
use iam_core::yaml::Fresh;
use iam_core::yaml::Node;
use iam_core::yaml::edit::{Document, ListChange, MapChange};

use crate::error::Error;
use crate::field::{self, items, text_of};
use crate::store::{self, ContentError, LIMITS, Text, Write};

/// Where a user's kuberc is; `None` where kubectl reads none.
#[must_use]
pub fn path(variable: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    match variable {
        Some(path) if path.as_os_str() == "off" => None,
        Some(path) => Some(path.to_owned()),
        None => home.map(|home| home.join(".kube").join("kuberc")),
    }
}

/// Adds `command` to the plugins that may run, where kubectl does not run all of them.
///
/// # Errors
/// When the file cannot be edited.
pub fn allow(path: &Path, command: &str) -> Result<(), Error> {
    let allowed = store::under_locks(|| Text::read(path.to_owned()), |text| plan(text, command))?;
    match allowed {
        Allowed::Added => {
            tracing::info!(target: NOTICE, "{} now lets kubectl run {command}", path.display());
        }
        Allowed::Already => {}
        Allowed::Everything => tracing::info!(
            target: NOTICE,
            "{} does not restrict plugins: kubectl runs {command} as it is",
            path.display(),
        ),
    }
    Ok(())
}

enum Allowed {
    Added,
    Already,
    Everything,
}

fn plan(file: &Text, command: &str) -> Result<(Vec<Write>, Allowed), Error> {
    let Text { path, content } = file;
    let text = match content {
        Some(text) => text.clone()?,
        None => String::new(),
    };
    let refuse = |error| Error::from(store::refused(path, &error));
    let document = Document::parse(&text, &LIMITS).map_err(refuse)?;
    let root = document.root();
    match text_of(root, "credentialPluginPolicy")
        .unwrap_or_default()
        .as_str()
    {
        "" | "AllowAll" => return Ok((Vec::new(), Allowed::Everything)),
        "DenyAll" | "Allowlist" => {}
        _ => {
            let node = field::node(root, "credentialPluginPolicy");
            let position = node.map(|node| node.position);
            let message =
                "credentialPluginPolicy is none of AllowAll, DenyAll, Allowlist".to_owned();
            return Err(ContentError::new(path, position, message).into());
        }
    }
    let items = items(root, "credentialPluginAllowlist");
    let says = |key: &str, item: &Node| text_of(Some(item), key);
    let is_ours = |item: &&Node| {
        ["command", "name"]
            .iter()
            .any(|key| says(key, item).as_deref() == Some(command))
    };
    let mut change = MapChange::default().set("credentialPluginPolicy", Fresh::text("Allowlist"));
    if items.iter().find(is_ours).is_none() {
        // kubectl 1.35 has `name` where later ones have `command`.
        let is_old = items.iter().any(|item| says("name", item).is_some());
        let key = if is_old { "name" } else { "command" };
        let entry = Fresh::map([(key, Fresh::text(command))]);
        change = change.change(
            "credentialPluginAllowlist",
            ListChange::default().push(entry),
        );
    }
    let edited = document.edit(&change.into()).map_err(refuse)?;
    if edited == text.as_str() {
        return Ok((Vec::new(), Allowed::Already));
    }
    let (path, text) = (path.to_owned(), edited.into_owned());
    Ok((vec![Write { path, text }], Allowed::Added))
}
