//! `migrate`: the plan, the files that carry it out, and carrying it out.

mod apply;

use std::fs;
use std::process::ExitCode;
use std::time::SystemTime;

use super::{Unreadable, readable};
use crate::cli::{MigrateCommand, MigrateSource, ReportFormat};
use crate::combined::Combined;
use crate::error::Error;
use crate::input;
use crate::migrate::{ArnMap, Known, Migration, Target, emit, report};
use crate::subject::Subject;

/// The plan, the files that carry it out, or what was done.
pub(crate) fn migrate(
    command: MigrateCommand,
    clock: fn() -> SystemTime,
) -> Result<(String, ExitCode), Error> {
    let (migration, output) = match command {
        MigrateCommand::Plan { source, output } => {
            let read = Read::sources(source)?;
            let migration = read.plan();
            let output = match output {
                ReportFormat::Text => report::text(&migration, &read.target),
                ReportFormat::Json => emit::render(&migration, &read.target, emit::Format::Json),
            };
            (migration, output)
        }
        MigrateCommand::Emit { source, format } => {
            let read = Read::sources(source)?;
            let migration = read.plan();
            let output = emit::render(&migration, &read.target, format);
            if format != emit::Format::Json {
                tell(&migration);
            }
            (migration, output)
        }
        MigrateCommand::Apply(arguments) => return apply::run(arguments, clock),
    };
    let code = if migration.is_blocked() {
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    };
    Ok((output, code))
}

/// What a migration goes by.
struct Read {
    combined: Combined,
    target: Target,
    known: Known,
}

impl Read {
    fn sources(source: MigrateSource) -> Result<Self, Error> {
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
        let subjects: Vec<Subject> = input::read(&files)?.iter().map(Subject::read).collect();
        readable(&subjects, Unreadable::Refused)?;
        Ok(Self {
            combined: Combined::of(subjects),
            target: cluster,
            known: Known {
                arns,
                fargate_roles: fargate_role,
                hybrid_roles: hybrid_role,
            },
        })
    }

    fn plan(&self) -> Migration {
        Migration::plan(&self.combined, &self.target, &self.known)
    }
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
