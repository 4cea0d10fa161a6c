//! What was done, for people and for scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use iam_aws::eks::AuthenticationMode;
use iam_core::excerpt::Shown;
use serde_json::{Value, json};

use super::{Applied, Difference, Outcome, Run};
use crate::migrate::{Migration, Target, report};
use crate::source::API_VERSION;

/// What was done, and to what.
pub struct Report<'a> {
    /// What was wanted.
    pub migration: &'a Migration,
    /// The cluster.
    pub target: &'a Target,
    /// Its mode; in a dry run what it is now.
    pub mode: AuthenticationMode,
    /// Whether anything was changed.
    pub run: Run,
    /// What became of each entry.
    pub applied: &'a [Applied<'a>],
}

/// How it went, the worst first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// An entry failed.
    Failed,
    /// An entry of aws-auth cannot be carried over.
    Blocked,
    /// An access entry is there that differs.
    Differs,
    /// All is as it should be, or would be.
    Done,
}

impl Report<'_> {
    /// How it went: the worst of all.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.verdicts();
        verdicts.first().copied().unwrap_or(Verdict::Done)
    }

    fn verdicts(&self) -> Vec<Verdict> {
        let any = |is: fn(&Outcome) -> bool| self.applied.iter().any(|one| is(&one.outcome));
        let failed = any(|outcome| matches!(outcome, Outcome::Failed(_) | Outcome::NotTried));
        let differs = any(|outcome| matches!(outcome, Outcome::Differs(_)));
        let all = [
            (failed, Verdict::Failed),
            (self.migration.is_blocked(), Verdict::Blocked),
            (differs, Verdict::Differs),
        ];
        let found = all.into_iter().filter(|(is_so, _)| *is_so);
        found.map(|(_, verdict)| verdict).collect()
    }

    /// One document, for scripts.
    #[must_use]
    pub fn value(&self) -> Value {
        let results = self.applied.iter().map(result);
        let summary: BTreeMap<&str, usize> = self.summary().into_iter().collect();
        json!({
            "apiVersion": API_VERSION,
            "kind": "MigrationResult",
            "clusterName": self.target.name(),
            "authenticationMode": self.mode.to_string(),
            "dryRun": self.run == Run::Dry,
            "results": results.collect::<Vec<_>>(),
            "blocked": self.migration.blocked,
            "skipped": self.migration.skipped,
            "warnings": self.migration.warnings,
            "summary": summary,
        })
    }

    /// For people: what became of each entry, then what comes next.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for applied in self.applied {
            line(&mut text, applied);
        }
        text += &report::left(self.migration);
        let counts = self.summary().into_iter().filter(|(_, count)| *count > 0);
        let counts = counts.map(|(word, count)| match word {
            "differs" => format!("{count} differing"),
            word => format!("{count} {}", in_words(word)),
        });
        let counts: Vec<String> = counts.collect();
        let would = match self.run {
            Run::Dry => "nothing is changed; it would be: ",
            Run::Real => "",
        };
        let _ = writeln!(text, "\n{would}{}", counts.join(", "));
        text + &self.next()
    }

    /// How many there are of each kind.
    fn summary(&self) -> Vec<(&'static str, usize)> {
        let count = |word: &str| {
            let outcomes = self.applied.iter().map(|applied| applied.outcome.word());
            outcomes.filter(|found| *found == word).count()
        };
        let left = [
            ("blocked", self.migration.blocked.len()),
            ("skipped", self.migration.skipped.len()),
        ];
        let counted = WORDS.iter().map(|word| (*word, count(word)));
        counted.chain(left).collect()
    }

    /// What to do now: the steps that remain only where nothing is in the way.
    fn next(&self) -> String {
        let in_the_way = self.verdicts();
        if !in_the_way.is_empty() {
            let steps = in_the_way.iter().map(|verdict| match verdict {
                Verdict::Failed => FAILED,
                Verdict::Blocked => BLOCKED,
                Verdict::Differs => DIFFERS,
                Verdict::Done => "",
            });
            return steps.fold("\nNext:\n".to_owned(), |text, step| text + step);
        }
        let name = self.target.name();
        match (self.run, self.mode) {
            (Run::Dry, AuthenticationMode::ConfigMap) => {
                "\nNext: the same with --set-mode in place of --dry-run\n".to_owned()
            }
            (Run::Dry, AuthenticationMode::ApiAndConfigMap | AuthenticationMode::Api) => {
                "\nNext: the same without --dry-run\n".to_owned()
            }
            (Run::Real, _) => format!(
                "
Next, each step by itself:
  1. let each principal log in: kubectl auth whoami. The access entries win over aws-auth already;
     to go back, delete them: aws eks delete-access-entry --cluster-name {name} --principal-arn ARN
  2. take the entries out of aws-auth, those of nodes last: nothing has been taken out of it here
  3. only when nothing is left in aws-auth, switch the mode to API; there is no way back:
     aws eks update-cluster-config --name {name} --access-config authenticationMode=API
"
            ),
        }
    }
}

fn result(applied: &Applied<'_>) -> Value {
    let mut value = json!(applied.entry);
    let Some(members) = value.as_object_mut() else {
        return value;
    };
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    add("principalArn", json!(applied.principal_arn));
    add("outcome", json!(applied.outcome.word()));
    let differences = applied.outcome.differences().iter();
    let differences: Vec<Value> = differences.map(Difference::value).collect();
    if !differences.is_empty() {
        add("differences", json!(differences));
    }
    if let Outcome::Failed(failure) = &applied.outcome {
        add("reason", json!(failure.reason));
        if let Some(hint) = &failure.hint {
            add("hint", json!(hint));
        }
    }
    value
}

fn line(text: &mut String, applied: &Applied<'_>) {
    let entry = applied.entry;
    let word = in_words(applied.outcome.word());
    let (kind, arn) = (entry.entry_type, Shown(&applied.principal_arn));
    let _ = writeln!(text, "{word:<9} {kind} {arn}  ({})", Shown(&entry.source));
    match &applied.outcome {
        Outcome::Created => *text += &report::details(entry),
        Outcome::Failed(failure) => {
            let _ = writeln!(text, "    {}", Shown(&failure.reason));
            if let Some(hint) = &failure.hint {
                let _ = writeln!(text, "    hint: {hint}");
            }
        }
        Outcome::Unchanged
        | Outcome::Completed(_)
        | Outcome::Updated(_)
        | Outcome::Differs(_)
        | Outcome::NotTried => {}
    }
    for difference in applied.outcome.differences() {
        // What EKS tells is whatever somebody wrote there.
        let _ = writeln!(text, "    {}", Shown(&difference.to_string()));
    }
    if applied.outcome.is_fixed() {
        let _ = writeln!(
            text,
            "    nobody can change a type: if the entry is not what its nodes or people need, \
             delete it, then apply again"
        );
    }
}

impl Outcome {
    /// What it is called in documents.
    fn word(&self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Created => "created",
            Self::Completed(_) => "completed",
            Self::Updated(_) => "updated",
            Self::Differs(_) => "differs",
            Self::Failed(_) => "failed",
            Self::NotTried => "notTried",
        }
    }

    fn differences(&self) -> &[Difference] {
        match self {
            Self::Completed(list) | Self::Updated(list) | Self::Differs(list) => list,
            Self::Unchanged | Self::Created | Self::Failed(_) | Self::NotTried => &[],
        }
    }

    fn is_fixed(&self) -> bool {
        let mut differences = self.differences().iter();
        differences.any(Difference::is_of_the_type)
    }
}

/// A word of documents as people say it.
fn in_words(word: &str) -> &str {
    match word {
        "notTried" => "not tried",
        "skipped" => "left out",
        word => word,
    }
}

const FAILED: &str = "  - mend what failed, then the same again: what is done stays done\n";
const BLOCKED: &str = "  - do what is proposed for what is blocked, then the same again; aws-auth \
                       admits it as long as it counts\n";
const DIFFERS: &str = "  - look at the access entries that differ, which win over aws-auth as they \
                       are: --update-existing brings them to what aws-auth says\n";

const WORDS: [&str; 7] = [
    "created",
    "completed",
    "updated",
    "unchanged",
    "differs",
    "failed",
    "notTried",
];
