//! `migrate plan` and `migrate emit`.

use std::fs;
use std::process::ExitCode;

use super::{Unreadable, readable};
use crate::cli::{MigrateCommand, MigrateSource, ReportFormat};
use crate::combined::Combined;
use crate::error::Error;
use crate::input;
use crate::migrate::{ArnMap, Known, Migration, Target, emit, report};
use crate::subject::Subject;

/// The plan, or the files that carry it out.
pub(crate) fn migrate(command: MigrateCommand) -> Result<(String, ExitCode), Error> {
    let (migration, output) = match command {
        MigrateCommand::Plan { source, output } => {
            let (migration, target) = plan(source)?;
            let output = match output {
                ReportFormat::Text => report::text(&migration, &target),
                ReportFormat::Json => emit::render(&migration, &target, emit::Format::Json),
            };
            (migration, output)
        }
        MigrateCommand::Emit { source, format } => {
            let (migration, target) = plan(source)?;
            let output = emit::render(&migration, &target, format);
            if format != emit::Format::Json {
                tell(&migration);
            }
            (migration, output)
        }
    };
    let code = if migration.is_blocked() {
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    };
    Ok((output, code))
}

fn plan(source: MigrateSource) -> Result<(Migration, Target), Error> {
    let MigrateSource {
        files,
        cluster,
        arn_map,
        fargate_role,
        hybrid_role,
    } = source;
    let arns = match arn_map {
        Some(path) => {
            let text = fs::read_to_string(&path).map_err(|source| Error::ReadArnMap {
                path: path.clone(),
                source,
            })?;
            ArnMap::parse(&text).map_err(|source| Error::ArnMap { path, source })?
        }
        None => ArnMap::default(),
    };
    let known = Known {
        arns,
        fargate_roles: fargate_role,
        hybrid_roles: hybrid_role,
    };
    let subjects: Vec<Subject> = input::read(&files)?.iter().map(Subject::read).collect();
    readable(&subjects, Unreadable::Refused)?;
    let combined = Combined::new(&subjects);
    Ok((Migration::plan(&combined, &cluster, &known), cluster))
}

/// What a format has no room for.
fn tell(migration: &Migration) {
    for blocked in &migration.blocked {
        let (section, index, key) = (blocked.section, blocked.index, &blocked.key);
        tracing::warn!(
            "blocked: {section} entry {index}, {key:?}: {}: {}",
            blocked.reason,
            blocked.proposal
        );
    }
    for skipped in &migration.skipped {
        let (section, index, key) = (skipped.section, skipped.index, &skipped.key);
        tracing::warn!(
            "left out: {section} entry {index}, {key:?}: {}",
            skipped.reason
        );
    }
    for entry in &migration.entries {
        for warning in &entry.warnings {
            tracing::warn!("{}: {warning}", entry.principal);
        }
    }
}
