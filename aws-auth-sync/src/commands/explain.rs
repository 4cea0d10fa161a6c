//! `explain`.

use std::path::PathBuf;
use std::sync::Arc;

use iam_core::aws_auth::SsoRoleMatch;

use super::{LIVE, Unreadable, live, readable};
use crate::cli::{ClusterArgs, ExplainArgs, ReportFormat};
use crate::combined::Combined;
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
        let (_, document) = live(&ClusterArgs {
            kubeconfig,
            context,
        })?;
        Combined::live(document, &Arc::from(LIVE))
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
