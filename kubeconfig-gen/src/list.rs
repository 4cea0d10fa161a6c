//! `list`: the contexts as kubectl reads them from all files together.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde::Serialize;

use crate::convert::{exec_of, field, field_node, stanza_of, variable};
use crate::error::Error;
use crate::kubeconfig::Kind;
use crate::stanza::Signed;
use crate::store::{Store, Texts};
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
    let texts = Texts::read(files)?;
    let store = texts.open();
    store.all_readable()?;
    let current_context = store.current();
    let list = ContextList {
        api_version: "kubeconfig-gen/v1",
        kind: "ContextList",
        contexts: contexts(&store, current_context.as_deref()),
        current_context,
    };
    Ok(match form {
        Form::Json => {
            let text = serde_json::to_string_pretty(&list);
            format!("{}\n", text.expect("strings and booleans are JSON"))
        }
        Form::Text => table(&list.contexts),
    })
}

fn contexts(store: &Store<'_>, current: Option<&str>) -> Vec<Context> {
    let mut contexts: Vec<Context> = Vec::new();
    for file in store.files() {
        for (_, name, node) in file.entries(Kind::Context) {
            if contexts.iter().any(|context| context.name == name) {
                continue;
            }
            let body = field_node(Some(node), "context");
            let mut context = Context {
                current: current == Some(&name),
                file: file.path.display().to_string(),
                namespace: field(body, "namespace").filter(|name| !name.is_empty()),
                cluster: field(body, "cluster").unwrap_or_default(),
                user: field(body, "user").unwrap_or_default(),
                name,
                ..Context::default()
            };
            context.complete(store);
            contexts.push(context);
        }
    }
    contexts
}

impl Context {
    /// Adds what cluster and user say.
    fn complete(&mut self, store: &Store<'_>) {
        let cluster = store.find(Kind::Cluster, &self.cluster);
        self.server =
            cluster.and_then(|found| field(field_node(Some(found.node), "cluster"), "server"));
        let user = store.find(Kind::User, &self.user);
        let Some(exec) = user.and_then(|found| exec_of(found.node)) else {
            return;
        };
        self.command = field(Some(exec), "command");
        if let Some(Ok((_, stanza))) = stanza_of(exec) {
            match stanza.signed {
                Signed::Name(name) => self.cluster_name = Some(name),
                Signed::Id(id) => self.cluster_id = Some(id),
            }
            self.region = stanza.region;
            self.profile = stanza.profile.or_else(|| variable(exec, "AWS_PROFILE"));
            self.role_arn = stanza.role;
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
        .map(|row| row.map(|cell| printable(&cell)))
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

/// A name that cannot drive a terminal.
fn printable(text: &str) -> String {
    let escape = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(escape).collect()
}
