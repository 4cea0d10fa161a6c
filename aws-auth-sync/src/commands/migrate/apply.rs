//! `migrate apply`.

use std::process::ExitCode;
use std::time::SystemTime;

use iam_aws::eks::{AuthenticationMode, ClusterState};
use iam_aws::settings::Named;
use iam_cli::NOTICE;
use iam_core::cluster::ClusterId;

use super::Read;
use crate::cli::{Cli, MigrateApplyArgs, ReportFormat};
use crate::commands::desk::{Desk, region, target};
use crate::error::Error;
use crate::migrate::apply::report::{Report, Verdict};
use crate::migrate::apply::{ApplyError, Existing, Found, Run, apply, mode};

/// Makes the access entries, and reports.
pub(super) fn run(
    arguments: MigrateApplyArgs,
    clock: fn() -> SystemTime,
) -> Result<(String, ExitCode), Error> {
    let read = Read::sources(arguments.source)?;
    let environment = Cli::aws_environment().map_err(ApplyError::from)?;
    let region = region(&read.target, arguments.region)?;
    let named = Named {
        region: region.as_ref(),
        profile: arguments.profile.as_deref(),
        cluster: None,
    };
    let desk = Desk::open(&read.target, named, &environment, clock)?;
    let state = desk.settled()?;
    let read = Read {
        target: target(&read.target, &state)?,
        ..read
    };
    let migration = read.plan();
    let run = match arguments.dry_run {
        true => Run::Dry,
        false => Run::Real,
    };
    let existing = match arguments.update_existing {
        true => Existing::Updated,
        false => Existing::Kept,
    };
    let mode = match (state.mode, run) {
        // A switch for nothing would be one for good.
        (mode, _) if migration.entries.is_empty() => mode,
        (AuthenticationMode::ConfigMap, Run::Real) => desk.switch(arguments.set_mode)?,
        (mode, Run::Dry | Run::Real) => tell(mode, desk.name),
    };
    let applied = desk.ask(async |eks| {
        let entries = eks.access_entries(desk.name);
        let found = match mode {
            AuthenticationMode::ConfigMap => Found::default(),
            AuthenticationMode::ApiAndConfigMap | AuthenticationMode::Api => {
                Found::ask(entries).await?
            }
        };
        Ok(apply(&migration, entries, &found, (existing, run)).await)
    })?;
    let report = Report {
        migration: &migration,
        target: &read.target,
        mode,
        run,
        applied: &applied,
    };
    Ok((written(&report, arguments.output), code(report.verdict())))
}

impl Desk<'_> {
    /// The cluster, once no change of it is under way.
    fn settled(&self) -> Result<ClusterState, ApplyError> {
        let name = self.name;
        let mut state = self.ask(async |eks| Ok(eks.cluster_state(name).await?))?;
        if state.status == "UPDATING" {
            tracing::info!(target: NOTICE, "cluster {name} is being changed: waiting until that has ended");
            state = self.ask(async |eks| mode::settled(eks, name).await)?;
        }
        match state.status.as_str() {
            "ACTIVE" => Ok(state),
            _ => Err(ApplyError::Status {
                name: name.clone(),
                status: state.status,
            }),
        }
    }

    /// Switches from aws-auth alone to access entries beside it, if that was asked for.
    fn switch(&self, is_asked_for: bool) -> Result<AuthenticationMode, ApplyError> {
        let name = self.name;
        if !is_asked_for {
            return Err(ApplyError::NoAccessEntries(name.clone()));
        }
        tracing::warn!(
            "switching cluster {name} from CONFIG_MAP to API_AND_CONFIG_MAP, which takes minutes; \
             there is no way back"
        );
        self.ask(async |eks| mode::switch(eks, name).await)?;
        Ok(AuthenticationMode::ApiAndConfigMap)
    }
}

/// Says what is to be known of a mode.
fn tell(mode: AuthenticationMode, name: &ClusterId) -> AuthenticationMode {
    match mode {
        AuthenticationMode::ConfigMap => tracing::warn!(
            "cluster {name} admits callers by aws-auth alone: --set-mode would first switch it to \
             API_AND_CONFIG_MAP, from which there is no way back, and EKS would make the entries of \
             managed nodes"
        ),
        AuthenticationMode::Api => tracing::warn!(
            "cluster {name} admits callers by access entries alone: nobody is admitted by aws-auth"
        ),
        AuthenticationMode::ApiAndConfigMap => {}
    }
    mode
}

fn written(report: &Report<'_>, format: ReportFormat) -> String {
    match format {
        ReportFormat::Text => report.text(),
        ReportFormat::Json => iam_cli::json::pretty(&report.value()),
    }
}

fn code(verdict: Verdict) -> ExitCode {
    match verdict {
        Verdict::Done => ExitCode::SUCCESS,
        Verdict::Failed => ExitCode::from(1),
        Verdict::Blocked => ExitCode::from(3),
        Verdict::Differs => ExitCode::from(4),
    }
}
