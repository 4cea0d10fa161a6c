//! `explain`.

use std::path::PathBuf;
use std::sync::Arc;

use iam_core::aws_auth::{Document, SsoRoleMatch};

use super::{Unreadable, readable};
use crate::cli::{ExplainArgs, ReportFormat};
use crate::combined::Combined;
use crate::connection::Cluster;
use crate::desired;
use crate::error::Error;
use crate::explain::{Caller, Explanation, Verdict, report};
use crate::input;
use crate::subject::Subject;

/// Explains files, or the live aws-auth where there are none.
pub(crate) fn explain(arguments: ExplainArgs) -> Result<String, Error> {
    let ExplainArgs {
        files,
        arn,
        session,
        access_key_id,
        feature_gates,
        output,
        kubeconfig,
        context,
    } = arguments;
    let combined = if files.is_empty() {
        live(kubeconfig.as_deref(), context.as_deref())?
    } else {
        of_files(&files)?
    };
    let gate = if feature_gates.iter().any(|gate| gate == "SSORoleMatch=true") {
        SsoRoleMatch::On
    } else {
        SsoRoleMatch::Off
    };
    let explanation = Explanation::new(&combined, gate);
    let verdicts: Vec<Verdict<'_>> = arn
        .into_iter()
        .map(|arn| {
            explanation.verdict(&Caller {
                arn,
                session: session.clone(),
                access_key_id: access_key_id.clone(),
            })
        })
        .collect();
    Ok(match output {
        ReportFormat::Text => report::text(&explanation, &verdicts),
        ReportFormat::Json => report::json(&explanation, &verdicts),
    })
}

fn of_files(files: &[PathBuf]) -> Result<Combined, Error> {
    let subjects: Vec<Subject> = input::read(files)?.iter().map(Subject::read).collect();
    readable(&subjects, Unreadable::Empty)?;
    Ok(Combined::new(&subjects))
}

fn live(kubeconfig: Option<&std::path::Path>, context: Option<&str>) -> Result<Combined, Error> {
    crate::runtime()?.block_on(async {
        let cluster = Cluster::connect(kubeconfig, context).await?;
        let found = cluster.fetch().await.map_err(Error::Fetch)?;
        let data = found.ok_or(Error::Absent)?.data.unwrap_or_default();
        let document = Document::parse(&desired::sections(&data));
        for found in &document.diagnostics {
            tracing::warn!("{LIVE}: {found}");
        }
        Ok(Combined::live(document, &Arc::from(LIVE)))
    })
}

/// What stands in the place of a file; lines are those of the section.
const LIVE: &str = "kube-system/aws-auth";
