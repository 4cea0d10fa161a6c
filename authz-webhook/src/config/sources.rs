//! The mapping sources: `server.backendMode`, `server.reservedPrefixConfig`.

use super::faults::{ConfigFault, Place};
use super::fields::{Fields, Findings, is_null, is_unset};
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
        let mode = entry.value("backendMode", findings, str::parse::<BackendMode>);
        match mode {
            Some(mode) => reserved.add(mode, prefixes),
            None if entry.node("backendMode").is_none() => {
                findings.fault(item.position, format!("{prefix}backendMode is missing"));
            }
            None => {}
        }
    }
    reserved
}

/// Sources of files need files.
pub(super) fn require_files(server: &Server, findings: &mut Findings<'_>) {
    let is_asked = |mode| server.backend_modes.contains(&mode);
    let mut require = |message: &str, hint: &str| {
        let fault = ConfigFault::new(Place::whole(findings.path), message);
        findings.faults.push(fault.hint(hint));
    };
    if is_asked(BackendMode::AccessEntries) && server.access_entries.is_empty() {
        require(
            "server.accessEntries names no file, and AccessEntries is among the sources",
            "list the files, or the directories of files, of access entries",
        );
    }
    if is_asked(BackendMode::DynamicFile) && server.dynamic_file.is_none() {
        require(
            "server.dynamicfilepath names no file, and DynamicFile is among the sources",
            "name the JSON file of mappings; it need not exist yet",
        );
    }
}

/// Says which settings belong to a source that is not asked.
pub(super) fn warn_of_unused(server: &Server, fields: &Fields<'_>, findings: &mut Findings<'_>) {
    let groups: [(&[BackendMode], &[&str]); 4] = [
        (
            &[BackendMode::MountedFile],
            &["mountedFile", "mapRoles", "mapUsers", "mapAccounts"],
        ),
        (
            &[BackendMode::EksConfigMap, BackendMode::Crd],
            &["kubeconfig", "master"],
        ),
        (&[BackendMode::AccessEntries], &["accessEntries"]),
        (
            &[BackendMode::DynamicFile],
            &["dynamicfilepath", "dynamicfileUserIDStrict"],
        ),
    ];
    for (modes, keys) in groups {
        if modes.iter().any(|mode| server.backend_modes.contains(mode)) {
            continue;
        }
        let names: Vec<&str> = modes.iter().map(|mode| mode.name()).collect();
        let are = if names.len() == 1 {
            "is not"
        } else {
            "are not"
        };
        for key in keys {
            if let Some(node) = fields.node(key).filter(|node| !is_unset(node)) {
                let modes = names.join(" and ");
                let why =
                    format!("server.{key} has no effect: {modes} {are} in server.backendMode");
                findings.warning(node.position, why);
            }
        }
    }
}
