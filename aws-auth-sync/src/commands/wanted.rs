//! From texts and the command line to what is wanted.

use crate::cli::ChangeArgs;
use crate::desired::Desired;
use crate::error::Error;
use crate::finding::Finding;
use crate::guard::{self, Acknowledged};
use crate::input::Input;
use crate::lint;
use crate::merge::Policy;
use crate::plan::Wanted;
use crate::reading::Reading;
use crate::source;
use crate::subject::Subject;
use crate::warning::Entrance;

/// What the texts want, and what `--cluster` says.
pub(crate) fn wanted(
    inputs: &[Input],
    change: ChangeArgs,
) -> Result<(Wanted, Option<String>), Error> {
    let ChangeArgs {
        owner,
        cluster,
        adopt,
        prune,
        caller_arn,
        overrides,
    } = change;
    let (desired, acknowledged) = load(inputs, owner)?;
    if desired.entries.is_empty() && !overrides.allows(guard::Code::MassDeletion) {
        return Err(Error::Nothing);
    }
    let wanted = Wanted {
        owner: desired.owner.clone().ok_or(Error::NoOwner)?,
        desired,
        acknowledged,
        policy: Policy { adopt, prune },
        overrides,
        reviewed: Vec::new(),
        caller: caller_arn,
        entrance: Entrance::default(),
    };
    Ok((wanted, cluster))
}

/// Reads and checks the texts.
pub(super) fn load(
    inputs: &[Input],
    owner: Option<crate::owner::Owner>,
) -> Result<(Desired, Acknowledged), Error> {
    let mut findings = Vec::new();
    let (mut sources, mut subjects) = (Vec::new(), Vec::with_capacity(inputs.len()));
    for input in inputs {
        let reading = Reading::from(input);
        sources.extend(source::read(&reading, &mut findings));
        subjects.push(Subject::of(&reading));
    }
    let desired = Desired::new(sources, owner, &mut findings);
    // What is found here already has its place and its remedy.
    if !findings.iter().any(Finding::is_error) {
        let found = lint::check(&subjects, &lint::Settings::default());
        let errors = found
            .into_iter()
            .filter(|found| found.severity == lint::Severity::Error);
        findings.extend(errors.map(Finding::from));
    }
    report(findings)?;
    let acknowledged = lint::allowed(&subjects, &guard::Code::NewAdmin.to_string());
    Ok((desired, acknowledged.into_iter().collect()))
}

/// Says what was found; a single error is left to be the program's last word.
fn report(findings: Vec<Finding>) -> Result<(), Error> {
    let (mut errors, warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(Finding::is_error);
    for warning in warnings {
        tracing::warn!("{}", warning.with_hint());
    }
    match (errors.len(), errors.pop()) {
        (_, None) => Ok(()),
        (1, Some(error)) => Err(Error::Source(error)),
        (count, Some(last)) => {
            for error in errors.iter().chain([&last]) {
                tracing::error!("{}", error.with_hint());
            }
            Err(Error::Sources { count })
        }
    }
}
