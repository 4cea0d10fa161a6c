//! A plan in a file, between the look at it and its being carried out.
//!
//! The file is what `plan -o json` prints, with what the plan was made from: the cluster, the rendered
//! sections, what is protected and acknowledged, and how far it goes. A refusal that a flag let pass
//! stands in it as it was told, and only the very same passes again: whoever carries the plan out
//! among others, whose own access was not looked at, or on nodes that came later, is asked anew.

use std::sync::Arc;

use glob::Pattern;
use iam_core::aws_auth::{Document, Section};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::{Plan, Wanted, report};
use crate::desired::{Desired, sections};
use crate::finding::Place;
use crate::guard::{Acknowledged, Code, Guard};
use crate::input::Input;
use crate::merge::Policy;
use crate::owner::Owner;
use crate::render::Data;
use crate::source::{Declared, Located};

/// A plan as it was looked at.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The owner.
    pub owner: Owner,
    /// What was wanted.
    pub desired: Desired,
    /// The administrators that were acknowledged.
    pub acknowledged: Acknowledged,
    /// How far it goes.
    pub policy: Policy,
    /// The changes.
    pub reviewed: Reviewed,
    /// The refusals that were let pass.
    pub passed: Vec<Guard>,
}

/// Changes that have been looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reviewed(Vec<Value>);

/// The file holds no plan.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("read {file}: this is no plan that aws-auth-sync plan --out wrote")]
pub struct SavedError {
    file: Arc<str>,
}

impl Reviewed {
    /// Whether a plan changes just this.
    #[must_use]
    pub fn fits(&self, plan: &Plan) -> bool {
        self.0 == report::changes(plan)
    }
}

/// What a plan is made from.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Origin {
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<String>,
    adopt: bool,
    prune: bool,
    protect: Vec<String>,
    acknowledged: Acknowledged,
    data: Data,
}

#[derive(Deserialize)]
struct File {
    kind: String,
    owner: String,
    changes: Vec<Value>,
    passed: Vec<Passed>,
    origin: Origin,
}

/// A refusal that was let pass.
#[derive(Deserialize)]
struct Passed {
    code: String,
    message: String,
}

/// The plan as a file; `cluster` is the one that it is for.
#[must_use]
pub fn write(plan: &Plan, wanted: &Wanted, cluster: Option<String>) -> String {
    let Policy { adopt, prune } = wanted.policy;
    let protect = wanted.desired.protect.iter();
    let origin = Origin {
        cluster,
        adopt,
        prune,
        protect: protect.map(|found| found.as_str().to_owned()).collect(),
        acknowledged: wanted.acknowledged.clone(),
        data: wanted.desired.data.clone(),
    };
    let mut document = report::document(plan);
    if let Some(members) = document.as_object_mut() {
        members.insert("origin".to_owned(), json!(origin));
    }
    iam_cli::json::pretty(&document)
}

impl Saved {
    /// Reads a plan.
    ///
    /// # Errors
    /// When the file holds none.
    pub fn read(input: &Input) -> Result<Self, SavedError> {
        let file = Arc::clone(&input.file);
        Self::parse(input).ok_or(SavedError { file })
    }

    fn parse(input: &Input) -> Option<Self> {
        let file: File = serde_json::from_slice(&input.bytes).ok()?;
        let File {
            kind,
            owner,
            changes,
            passed,
            origin,
        } = file;
        let place = Place {
            file: Arc::clone(&input.file),
            line: 1,
            column: 1,
        };
        let owner: Owner = owner.parse().ok().filter(|_| kind == report::KIND)?;
        let protect = origin.protect.iter().map(|text| Pattern::new(text));
        let clusters = origin.cluster.map(|value| Located {
            value,
            place: place.clone(),
        });
        let desired = Desired {
            owner: Some(owner.clone()),
            clusters: clusters.into_iter().collect(),
            entries: entries(&origin.data, &place)?,
            protect: protect.collect::<Result<_, _>>().ok()?,
            data: origin.data,
        };
        Some(Self {
            owner,
            desired,
            acknowledged: origin.acknowledged,
            policy: Policy {
                adopt: origin.adopt,
                prune: origin.prune,
            },
            reviewed: Reviewed(changes),
            passed: passed.into_iter().map(guard).collect::<Option<_>>()?,
        })
    }
}

fn guard(passed: Passed) -> Option<Guard> {
    let Passed { code, message } = passed;
    Some(Guard::new(Code::parse(&code)?, message))
}

fn entries(data: &Data, place: &Place) -> Option<Vec<Declared>> {
    let document = Document::parse(&sections(data));
    let is_read = |section: Section| !document.is_unreadable(section);
    let entries = document.entries.iter().map(|entry| Declared {
        place: place.clone(),
        meaning: entry.into(),
    });
    let entries = entries.collect();
    Section::ALL.into_iter().all(is_read).then_some(entries)
}
