//! `lint`.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use iam_aws::settings::Named;
use iam_cli::file;

use super::principals::principals;
use crate::cli::{Cli, LintArgs};
use crate::error::Error;
use crate::input::{self, Input};
use crate::lint::{self, Settings, fix, report};
use crate::subject::Subject;

/// Checks the files, mends them where that is asked for, and gives the report.
pub(crate) fn lint(
    arguments: LintArgs,
    clock: fn() -> SystemTime,
) -> Result<(String, ExitCode), Error> {
    let LintArgs {
        files,
        output,
        fail_on,
        fix,
        cluster,
        windows_role,
        live,
        connection,
        online,
        region,
        profile,
    } = arguments;
    let live = live.then(|| super::look(&connection)).transpose()?;
    let mut settings = Settings {
        partition: cluster.map(|arn| arn.partition()),
        windows_roles: windows_role,
        live,
        principals: None,
    };
    if fix && files.iter().any(|file| file.as_os_str() == "-") {
        return Err(Error::FixStdin);
    }
    let mut subjects: Vec<Subject> = input::read(&files)?.iter().map(Subject::read).collect();
    if online {
        let named = Named {
            region: region.as_ref(),
            profile: profile.as_deref(),
            cluster: None,
        };
        settings.principals = principals(&subjects, named, clock);
    }
    if fix {
        for subject in &mut subjects {
            *subject = mended(subject, &settings)?;
        }
    }
    let findings = lint::check(&subjects, &settings);
    let is_refused = findings.iter().any(|finding| finding.severity <= fail_on);
    let report = report::render(&subjects, &findings, output, Cli::colour());
    let code = if is_refused {
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    };
    Ok((report, code))
}

/// The file after its fixes, which are written.
fn mended(subject: &Subject, settings: &Settings) -> Result<Subject, Error> {
    let Some(fix::Mended { bytes, count }) = fix::mend(subject, settings) else {
        return Ok(subject.clone());
    };
    let path = Path::new(&*subject.file);
    // A link stays a link: what it leads to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    replace(&target, &bytes)?;
    tracing::info!("{}: {count} findings mended", subject.file);
    Ok(Subject::read(&Input {
        file: subject.file.clone(),
        bytes,
    }))
}

/// Writes the file; who may read it stays as it is.
fn replace(target: &Path, bytes: &[u8]) -> Result<(), Error> {
    let permissions = fs::metadata(target).map(|metadata| metadata.permissions());
    file::replace(target, bytes, file::Mode::Private)?;
    let restored = permissions.and_then(|permissions| fs::set_permissions(target, permissions));
    restored.map_err(|source| Error::Permissions {
        path: target.to_owned(),
        source,
    })
}
