//! The mapping sources: `server.backendMode`, `server.reservedPrefixConfig`.

use super::faults::{ConfigFault, Place};
use super::fields::{Fields, Findings, is_null};
use super::keys;
use super::server::{Server, text, values};
use super::values::{BackendMode, BackendModeError, ReservedPrefixes};

/// The modes in order: those of the command line, else of the file, else `MountedFile`.
pub(super) fn backend_modes(
    fields: &Fields<'_>,
    given: Vec<BackendMode>,
    findings: &mut Findings<'_>,
) -> Vec<BackendMode> {
    let mut read: Vec<(Option<Place>, BackendMode)> = Vec::new();
    for (position, (name, mode)) in fields
        .list("backendMode", findings, named_mode)
        .unwrap_or_default()
    {
        if name != mode.name() {
            let message = format!("server.backendMode: {name} is an old name; use {mode}");
            findings.warning(position, message);
        }
        read.push((Some(findings.place(position)), mode));
    }
    if !given.is_empty() {
        read = given.into_iter().map(|mode| (None, mode)).collect();
    }
    let mut modes = Vec::new();
    for (place, mode) in read {
        if modes.contains(&mode) {
            let place = place.unwrap_or_else(|| Place::whole("--backend-mode".as_ref()));
            findings
                .faults
                .push(ConfigFault::new(place, format!("{mode} is given twice")));
        } else {
            modes.push(mode);
        }
    }
    if modes.is_empty() {
        vec![BackendMode::MountedFile]
    } else {
        modes
    }
}

fn named_mode(text: &str) -> Result<(String, BackendMode), BackendModeError> {
    Ok((text.to_owned(), text.parse()?))
}

/// The prefixes of every source.
pub(super) fn reserved_prefixes(
    fields: &Fields<'_>,
    findings: &mut Findings<'_>,
) -> ReservedPrefixes {
    let mut reserved = ReservedPrefixes::default();
    let Some(node) = fields.node("reservedPrefixConfig") else {
        return reserved;
    };
    let Some(list) = node.as_sequence() else {
        if !is_null(node) {
            findings.fault(node.position, "server.reservedPrefixConfig must be a list");
        }
        return reserved;
    };
    for item in &list.items {
        let prefix = "server.reservedPrefixConfig.";
        let entry = Fields::of(Some(item), prefix, keys::RESERVED_PREFIXES, findings);
        let prefixes = values(entry.list("usernamePrefixReserveList", findings, text));
        let mode = entry.value("backendMode", findings, mode_of_any_version);
        match mode {
            Some(Some(mode)) => reserved.add(mode, prefixes),
            Some(None) => {
                let why = "the source is not supported by this version";
                findings.warning(item.position, format!("{prefix}* has no effect: {why}"));
            }
            None if entry.node("backendMode").is_none() => {
                findings.fault(item.position, format!("{prefix}backendMode is missing"));
            }
            None => {}
        }
    }
    reserved
}

/// A mode, or `None` for one that a later version will know: its prefixes bind nobody yet.
fn mode_of_any_version(text: &str) -> Result<Option<BackendMode>, BackendModeError> {
    match text.parse() {
        Ok(mode) => Ok(Some(mode)),
        Err(BackendModeError::NotYet(_)) => Ok(None),
        Err(error @ BackendModeError::Unknown(_)) => Err(error),
    }
}

/// A source of access entries needs files.
pub(super) fn require_access_entries(server: &Server, findings: &mut Findings<'_>) {
    let is_asked = server.backend_modes.contains(&BackendMode::AccessEntries);
    if is_asked && server.access_entries.is_empty() {
        let message = "server.accessEntries names no file, and AccessEntries is among the sources";
        let place = Place::whole(findings.path);
        let fault = ConfigFault::new(place, message);
        let hint = "list the files, or the directories of files, of access entries";
        findings.faults.push(fault.hint(hint));
    }
}

/// Says which settings belong to a source that is not asked.
pub(super) fn warn_of_unused(server: &Server, fields: &Fields<'_>, findings: &mut Findings<'_>) {
    let groups: [(BackendMode, &[&str]); 3] = [
        (
            BackendMode::MountedFile,
            &["mountedFile", "mapRoles", "mapUsers", "mapAccounts"],
        ),
        (BackendMode::EksConfigMap, &["kubeconfig", "master"]),
        (BackendMode::AccessEntries, &["accessEntries"]),
    ];
    for (mode, keys) in groups {
        if server.backend_modes.contains(&mode) {
            continue;
        }
        for key in keys {
            if let Some(node) = fields.node(key).filter(|node| !is_null(node)) {
                let why =
                    format!("server.{key} has no effect: {mode} is not in server.backendMode");
                findings.warning(node.position, why);
            }
        }
    }
}
