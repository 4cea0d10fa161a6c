//! `report`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use iam_cli::file;
use iam_core::aws_auth::SsoRoleMatch;
use iam_core::time::Rfc3339;

use super::{Unreadable, connect, fetch, readable};
use crate::cli::{AccessFormat, ClusterArgs, ReportArgs};
use crate::combined::Combined;
use crate::error::Error;
use crate::explain::Explanation;
use crate::export;
use crate::input::{self, Input};
use crate::lint::{self, Settings};
use crate::rbac::Rbac;
use crate::report::{self, About, Report, Sources};
use crate::subject::{LIVE, Subject};

/// Tells who may do what, and writes the page where one is asked for.
pub(crate) fn report(arguments: ReportArgs, clock: fn() -> SystemTime) -> Result<String, Error> {
    let ReportArgs {
        files,
        html,
        output,
        access_entries,
        since,
        cluster,
    } = arguments;
    let access_entries = super::access_entries(&access_entries)?;
    let scene = if files.is_empty() {
        live(&cluster)?
    } else {
        of_files(&files)?
    };
    let earlier = since.as_deref().map(earlier).transpose()?;
    let combined = Combined::new(&scene.subjects);
    let explain = |combined| Explanation::new(combined, &access_entries, SsoRoleMatch::Off);
    let explanation = explain(&combined);
    let before = earlier.as_ref().map(explain);
    let findings = lint::check(&scene.subjects, &scene.settings);
    let about = About {
        scene: scene.name,
        made: Rfc3339::nearest(clock()),
        since: since.map(|file| file.display().to_string()),
    };
    let report = Report::new(
        about,
        &Sources {
            explanation: &explanation,
            before: before.as_ref(),
            rbac: &scene.rbac,
            subjects: &scene.subjects,
            findings: &findings,
        },
    );
    if let Some(path) = &html {
        let page = report::html(&report);
        file::replace(path, page.as_bytes(), file::Mode::Private).map_err(Error::Page)?;
    }
    Ok(match (output, html) {
        (Some(AccessFormat::Json), _) => report::json(&report),
        (Some(AccessFormat::Markdown), _) | (None, None) => report::markdown(&report),
        (None, Some(_)) => String::new(),
    })
}

/// What is reported on.
struct Scene {
    name: String,
    subjects: Vec<Subject>,
    rbac: Rbac,
    settings: Settings,
}

fn of_files(files: &[PathBuf]) -> Result<Scene, Error> {
    let subjects: Vec<Subject> = input::read(files)?.iter().map(Subject::read).collect();
    readable(&subjects, Unreadable::Empty)?;
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    Ok(Scene {
        name: names.join(", "),
        rbac: super::rbac_of_files(&subjects)?,
        subjects,
        settings: Settings::default(),
    })
}

/// The live aws-auth as the file that `export` would print, with the cluster's RBAC.
fn live(cluster: &ClusterArgs) -> Result<Scene, Error> {
    crate::runtime()?.block_on(async {
        let cluster = connect(cluster).await?;
        let found = fetch(&cluster).await?;
        let rbac = cluster.fetch_rbac().await.map_err(Error::Look)?;
        let subjects = found.iter().map(|(data, _)| {
            Subject::read(&Input {
                file: LIVE.into(),
                bytes: export::manifest(data).into_bytes(),
            })
        });
        Ok(Scene {
            name: format!("cluster {}", cluster.identity),
            subjects: subjects.collect(),
            settings: Settings {
                live: Some(cluster.fetch_live(&rbac).await.map_err(Error::Look)?),
                ..Settings::default()
            },
            rbac,
        })
    })
}

/// The entries of another revision.
fn earlier(file: &Path) -> Result<Combined, Error> {
    let inputs = input::read(&[file.to_owned()])?;
    let subjects: Vec<Subject> = inputs.iter().map(Subject::read).collect();
    readable(&subjects, Unreadable::Empty)?;
    Ok(Combined::of(subjects))
}
