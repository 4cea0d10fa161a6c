//! `explain`.

use std::path::PathBuf;
use std::sync::Arc;

use iam_core::aws_auth::SsoRoleMatch;

use super::{Unreadable, connect, fetch, readable};
use crate::cli::{ClusterArgs, ExplainArgs, ReportFormat};
use crate::combined::Combined;
use crate::error::Error;
use crate::explain::report::{self, Told};
use crate::explain::{Caller, Explanation, Verdict};
use crate::input;
use crate::rbac::Rbac;
use crate::subject::{LIVE, Subject};

/// Explains files, or the live aws-auth where there are none.
pub(crate) fn explain(arguments: ExplainArgs) -> Result<String, Error> {
    let ExplainArgs {
        files,
        arn,
        session,
        access_key_id,
        feature_gates,
        rbac,
        access_entries,
        output,
        cluster,
    } = arguments;
    let wanted = if rbac {
        Wanted::Rights
    } else {
        Wanted::Identity
    };
    let access_entries = super::access_entries(&access_entries)?;
    let (combined, rbac) = if files.is_empty() {
        let (combined, rbac) = live(&cluster, wanted)?;
        // With access entries a cluster needs no aws-auth.
        let is_told = combined.is_some() || !access_entries.entries().is_empty();
        if !is_told {
            return Err(Error::Absent);
        }
        (combined.unwrap_or_default(), rbac)
    } else {
        of_files(&files, wanted)?
    };
    let gate = if feature_gates.iter().any(|gate| gate == "SSORoleMatch=true") {
        SsoRoleMatch::On
    } else {
        SsoRoleMatch::Off
    };
    let explanation = Explanation::new(&combined, &access_entries, gate);
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
    let told = rbac.as_ref().map_or(Told::Identity, Told::Rights);
    Ok(match output {
        ReportFormat::Text => report::text(&explanation, &verdicts, told),
        ReportFormat::Json => report::json(&explanation, &verdicts, told),
    })
}

/// Whether rights are asked for.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Identity,
    Rights,
}

fn of_files(files: &[PathBuf], wanted: Wanted) -> Result<(Combined, Option<Rbac>), Error> {
    let subjects: Vec<Subject> = input::read(files)?.iter().map(Subject::read).collect();
    readable(&subjects, Unreadable::Empty)?;
    let rbac = match wanted {
        Wanted::Identity => None,
        Wanted::Rights => Some(super::rbac_of_files(&subjects)?),
    };
    Ok((Combined::of(subjects), rbac))
}

fn live(cluster: &ClusterArgs, wanted: Wanted) -> Result<(Option<Combined>, Option<Rbac>), Error> {
    crate::runtime()?.block_on(async {
        let cluster = connect(cluster).await?;
        let found = fetch(&cluster).await?;
        let combined = found.map(|(_, document)| Combined::live(document, &Arc::from(LIVE)));
        let rbac = match wanted {
            Wanted::Identity => None,
            Wanted::Rights => Some(cluster.fetch_rbac().await.map_err(Error::Look)?),
        };
        Ok((combined, rbac))
    })
}
