//! `list`: the contexts as kubectl reads them from all files together.

use std::fmt::Write as _;

use clap::ValueEnum;
use iam_cli::json;
use iam_core::excerpt::Shown;
use serde::Serialize;

use crate::error::Error;
use crate::merged::{Chosen, Merged};
use crate::stanza::Signed;
use crate::target::Files;

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Form {
    /// A table for people
    #[default]
    Text,
    /// One JSON document
    Json,
}

/// All contexts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ContextList {
    api_version: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_context: Option<String>,
    contexts: Vec<Context>,
}

/// One context and what it leads to. Secrets of users are not told.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    name: String,
    current: bool,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    cluster: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    user: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<String>,
}

/// Lists; what it returns is for stdout.
///
/// # Errors
/// When a file cannot be read: kubectl reads none of them then.
pub fn run(files: &Files, form: Form) -> Result<String, Error> {
    let merged = Merged::load(files)?;
    let current_context = merged.currents.first().map(|(_, name)| name.clone());
    let is_current = |name: &str| current_context.as_deref() == Some(name);
    let contexts = merged.chosen().map(|chosen| {
        let current = is_current(&chosen.context.name);
        Context::new(&chosen, current)
    });
    let list = ContextList {
        api_version: "kubeconfig-gen/v1",
        kind: "ContextList",
        contexts: contexts.collect(),
        current_context,
    };
    Ok(match form {
        Form::Json => json::pretty(&list),
        Form::Text => table(&list.contexts),
    })
}

impl Context {
    fn new(chosen: &Chosen<'_>, current: bool) -> Self {
        let placed = chosen.context;
        let exec = chosen.user.and_then(|user| user.entry.exec.as_ref());
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let context = Self {
            name: placed.name.clone(),
            current,
            file: placed.file.display().to_string(),
            namespace: placed.entry.namespace.clone(),
            cluster: placed.entry.cluster.clone(),
            server: chosen
                .cluster
                .and_then(|cluster| given(&cluster.entry.server)),
            user: placed.entry.user.clone(),
            command: exec.and_then(|exec| given(&exec.command)),
            ..Self::default()
        };
        let Some((exec, Some(Ok((_, stanza))))) = exec.map(|exec| (exec, exec.stanza())) else {
            return context;
        };
        let (cluster_name, cluster_id) = match stanza.signed {
            Signed::Name(name) => (Some(name), None),
            Signed::Id(id) => (None, Some(id)),
        };
        let exported = || exec.variable("AWS_PROFILE").map(str::to_owned);
        Self {
            cluster_name,
            cluster_id,
            region: stanza.region,
            profile: stanza.profile.or_else(exported),
            role_arn: stanza.role,
            ..context
        }
    }
}

fn table(contexts: &[Context]) -> String {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let mut rows = vec![
        [
            "",
            "CONTEXT",
            "CLUSTER",
            "SERVER",
            "USER",
            "NAMESPACE",
            "COMMAND",
            "FILE",
        ]
        .map(str::to_owned),
    ];
    rows.extend(contexts.iter().map(|context| {
        [
            if context.current { "*" } else { "" }.to_owned(),
            context.name.clone(),
            context.cluster.clone(),
            or_dash(&context.server),
            context.user.clone(),
            or_dash(&context.namespace),
            or_dash(&context.command),
            context.file.clone(),
        ]
    }));
    let rows: Vec<[String; 8]> = rows
        .into_iter()
        .map(|row| row.map(|cell| Shown(&cell).to_string()))
        .collect();
    let mut widths = [0; 8];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            // Writing to a String cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
