//! What a check found, for people and for scripts.

use std::fmt::{self, Display, Formatter};
use std::process::ExitCode;

use iam_cli::json;
use iam_core::excerpt::Shown;
use serde::Serialize;

use crate::cli::ReportFormat;

/// The steps that were taken.
#[derive(Debug)]
pub(crate) struct Report {
    steps: Vec<Step>,
    format: ReportFormat,
}

/// One step.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Step {
    name: &'static str,
    result: Finding,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// What a step comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Finding {
    /// As it should be.
    Ok,
    /// Worth a look; kubectl works.
    Warning,
    /// kubectl fails by it.
    Problem,
}

impl Step {
    pub(super) fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, Finding::Ok, message)
    }

    pub(super) fn warning(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, Finding::Warning, message)
    }

    pub(super) fn problem(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, Finding::Problem, message)
    }

    /// With the next command to run, or what to change.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        let hint = Some(hint.into());
        Self { hint, ..self }
    }

    pub(super) fn maybe_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    fn new(name: &'static str, result: Finding, message: impl Into<String>) -> Self {
        Self {
            name,
            result,
            message: message.into(),
            hint: None,
        }
    }
}

impl Report {
    pub(super) const fn new(format: ReportFormat) -> Self {
        let steps = Vec::new();
        Self { steps, format }
    }

    /// Takes a step that the next ones rest on.
    pub(super) fn pass<T>(&mut self, taken: super::Passed<T>) -> Option<T> {
        match taken {
            Ok((value, step)) => {
                self.steps.push(step);
                Some(value)
            }
            Err(step) => {
                self.steps.push(step);
                None
            }
        }
    }

    /// Takes several steps.
    pub(super) fn steps<T>(&mut self, (value, steps): (T, Vec<Step>)) -> T {
        self.steps.extend(steps);
        value
    }

    pub(super) fn note(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Takes a step that may be left out, and may end the walk.
    pub(super) fn allow(&mut self, step: Option<Step>) -> Option<()> {
        let goes_on = step
            .as_ref()
            .is_none_or(|step| step.result != Finding::Problem);
        self.steps.extend(step);
        goes_on.then_some(())
    }

    /// 0 where nothing is wrong, else 1.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.is_sound() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn is_sound(&self) -> bool {
        self.steps
            .iter()
            .all(|step| step.result != Finding::Problem)
    }

    fn json(&self) -> String {
        json::line(&Document {
            api_version: "kubeconfig-gen/v1",
            kind: "Check",
            ok: self.is_sound(),
            steps: &self.steps,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'static str,
    kind: &'static str,
    ok: bool,
    steps: &'a [Step],
}

/// One line a step, its hint below it.
impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.format {
            ReportFormat::Json => return f.write_str(&self.json()),
            ReportFormat::Text => {}
        }
        for step in &self.steps {
            let word = match step.result {
                Finding::Ok => "ok",
                Finding::Warning => "warning",
                Finding::Problem => "problem",
            };
            writeln!(f, "{word:<8} {:<11} {}", step.name, Plain(&step.message))?;
            if let Some(hint) = &step.hint {
                writeln!(f, "{:<8} {:<11} hint: {}", "", "", Plain(hint))?;
            }
        }
        let last = self.steps.last();
        let verdict = match (self.is_sound(), last) {
            (false, _) => "kubectl does not get in",
            (true, Some(step)) if step.name == ACCESS && step.result == Finding::Ok => {
                "kubectl gets in"
            }
            (true, _) => "nothing wrong was found, and access was not seen",
        };
        writeln!(f, "{verdict}")
    }
}

/// The last step.
pub(super) const ACCESS: &str = "access";

/// Foreign words on one line.
struct Plain<'a>(&'a str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let line = self.0.replace(['\r', '\n'], " ");
        write!(f, "{}", Shown(&line))
    }
}
