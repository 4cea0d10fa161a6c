//! From the text of the file to the configuration.

use std::path::Path;

use iam_core::cluster::ClusterId;
use iam_core::yaml::{self, Limits, Node};

use super::faults::{ConfigErrors, ConfigFault, Place};
use super::fields::{Fields, Findings};
use super::{Config, Overrides, ec2, inline, keys, server, sources};
use crate::text_file;

/// The text of the file at `path`.
///
/// # Errors
/// A fault of the whole file.
pub(super) fn text(path: &Path) -> Result<String, ConfigFault> {
    text_file::read(path, Limits::default().bytes)
        .map_err(|error| ConfigFault::new(Place::whole(path), format!("cannot read: {error}")))
}

/// Reads all of the file and lays `overrides` over it.
///
/// # Errors
/// Every fault.
pub(super) fn read(path: &Path, text: &str, overrides: &Overrides) -> Result<Config, ConfigErrors> {
    let documents =
        yaml::parse(text, &Limits::default()).map_err(|error| not_yaml(path, &error))?;
    let mut findings = Findings::new(path);
    if let Some(second) = documents.get(1) {
        findings.fault(second.position, "the file must be a single YAML document");
    }
    let top = Fields::of(documents.first(), "", keys::TOP, &mut findings);
    if let Some(errors) = ConfigErrors::all(findings.faults.clone()).filter(|_| top.is_no_mapping())
    {
        return Err(errors);
    }
    let cluster_id = cluster_id(&top, overrides, &mut findings);
    let fields = Fields::of(top.node("server"), "server.", keys::SERVER, &mut findings);
    let additional = additional_cluster_ids(&fields, cluster_id.as_ref(), &mut findings);
    let ec2 = ec2::read(&fields, &mut findings);
    let server = server::read(&fields, overrides, &mut findings);
    let inline = inline::read(&fields, &mut findings);
    sources::warn_of_unused(&server, &fields, &mut findings);
    sources::require_files(&server, &mut findings);
    let Findings {
        faults, warnings, ..
    } = findings;
    match (ConfigErrors::all(faults), cluster_id) {
        (None, Some(cluster_id)) => Ok(Config {
            path: path.to_owned(),
            cluster_id,
            additional_cluster_ids: additional,
            server,
            ec2,
            inline,
            warnings,
            overrides: overrides.clone(),
        }),
        (Some(errors), _) => Err(errors),
        (None, None) => Err(ConfigErrors::one(no_cluster_id(path))),
    }
}

fn cluster_id(
    top: &Fields<'_>,
    overrides: &Overrides,
    findings: &mut Findings<'_>,
) -> Option<ClusterId> {
    let in_file = top.value("clusterID", findings, str::parse::<ClusterId>);
    let missing = top
        .node("clusterID")
        .is_none_or(|node: &Node| super::fields::is_null(node));
    let cluster_id = overrides.cluster_id.clone().or(in_file);
    if cluster_id.is_none() && missing {
        let fault = no_cluster_id(findings.path);
        findings.faults.push(fault);
    }
    cluster_id
}

/// The further ids; one that is there twice, or one too many, is a fault.
fn additional_cluster_ids(
    fields: &Fields<'_>,
    own: Option<&ClusterId>,
    findings: &mut Findings<'_>,
) -> Vec<ClusterId> {
    const KEY: &str = "additionalClusterIDs";
    let found = fields.list(KEY, findings, str::parse::<ClusterId>);
    let mut ids: Vec<ClusterId> = Vec::new();
    for (position, id) in found.unwrap_or_default() {
        if own == Some(&id) || ids.contains(&id) {
            let message = format!("server.{KEY}: {id} is given twice, or is the cluster's own id");
            findings.fault(position, message);
        } else if ids.len() == MOST_ADDITIONAL {
            let message = format!("server.{KEY}: more than {MOST_ADDITIONAL} ids");
            findings.fault(position, message);
        } else {
            ids.push(id);
        }
    }
    ids
}

fn no_cluster_id(path: &Path) -> ConfigFault {
    ConfigFault::new(Place::whole(path), "no cluster id")
        .hint("set clusterID, --cluster-id or KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID")
}

fn not_yaml(path: &Path, error: &yaml::YamlError) -> ConfigErrors {
    let mut place = Place::whole(path);
    if let Some(position) = error.position() {
        place.line = position.line;
        place.column = position.column;
    }
    let message = error.to_string();
    // The error names line and column; so does the place.
    let reason = message
        .split_once(": ")
        .map_or(message.as_str(), |(_, reason)| reason);
    let reason = if place.line > 0 {
        reason
    } else {
        message.as_str()
    };
    ConfigErrors::one(ConfigFault::new(place, format!("not YAML: {reason}")))
}

/// A token that fits no id costs a call to STS for each of them.
const MOST_ADDITIONAL: usize = 4;
