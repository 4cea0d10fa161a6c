//! `apply`: look, plan, write on the condition that nothing has changed, look again.

use std::fmt::Write as _;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use crate::call::CallError;
use crate::cluster::{Written, resource_version};
use crate::connection::Cluster;
use crate::owner::Owner;
use crate::ownership::{Ownership, Record};
use crate::plan::{self, Change};
use crate::render::Data;

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Who owns it.
    pub owner: &'a Owner,
    /// The sections.
    pub data: &'a Data,
    /// What to do where there is no aws-auth.
    pub absent: Absent,
}

/// What to do where there is no aws-auth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Absent {
    /// Make one.
    Create,
    /// Refuse.
    Refuse,
}

/// Why aws-auth is not, or not surely, what it should be.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is none, and none was to be made.
    #[error("the cluster has no aws-auth")]
    Absent,
    /// Another tool's work, or a person's.
    #[error("the live aws-auth was not written by aws-auth-sync; {writers}")]
    Foreign {
        /// Who wrote it.
        writers: String,
    },
    /// Another owner's work.
    #[error("the live aws-auth belongs to {}, not to {owner}", others.join(", "))]
    OtherOwner {
        /// Whose it is.
        others: Vec<String>,
        /// Whose it should be.
        owner: Owner,
    },
    /// The owner's own work, changed by somebody else.
    #[error("the live aws-auth was changed after {owner} wrote it; {writers}")]
    Changed {
        /// Whose it was.
        owner: Owner,
        /// Who changed it.
        writers: String,
    },
    /// It changed each time between looking and writing.
    #[error("the live aws-auth changed {ATTEMPTS} times between looking and writing")]
    Contended,
    /// It was written, and could not be read back.
    #[error("aws-auth was written (resourceVersion {version}), and could not be read back")]
    Unverified {
        /// The version that was written.
        version: String,
        /// Why it could not be read.
        source: CallError,
    },
    /// It was written, and then was something else.
    #[error("aws-auth was written, and what is there now is not what was written; {writers}")]
    Overwritten {
        /// Who wrote it last.
        writers: String,
    },
}

/// Brings aws-auth to what is wanted; what it returns says what was done, for people.
///
/// # Errors
/// See [`ApplyError`]. Only [`ApplyError::Unverified`] and [`ApplyError::Overwritten`] come after
/// something was written; a write without an answer may have been done.
pub async fn apply(cluster: &Cluster, wanted: &Wanted<'_>) -> Result<String, ApplyError> {
    let record = Record::new(wanted.owner, wanted.data);
    let backoff = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_secs(5))
        .with_max_times(ATTEMPTS - 1);
    let mut pauses = backoff.build();
    loop {
        let live = cluster.fetch().await?;
        let plan = decide(live.as_ref(), wanted)?;
        let written = match (&live, &plan) {
            (_, changes) if live.is_some() && changes.is_empty() => {
                return Ok("aws-auth is as it should be: nothing is written\n".to_owned());
            }
            (None, _) => cluster.create(wanted.data, &record).await?,
            (Some(object), _) => {
                let version = resource_version(object);
                cluster
                    .patch(&data_of(object), wanted.data, &record, &version)
                    .await?
            }
        };
        match written {
            Written::Done(version) => {
                verify(cluster, wanted, &version).await?;
                return Ok(report(&plan, live.is_none(), &version));
            }
            Written::Conflict => match pauses.next() {
                Some(pause) => {
                    tracing::info!("aws-auth has changed meanwhile: planning again");
                    tokio::time::sleep(pause).await;
                }
                None => return Err(ApplyError::Contended),
            },
        }
    }
}

/// What has to change, if it is ours to change.
fn decide(live: Option<&ConfigMap>, wanted: &Wanted<'_>) -> Result<Vec<Change>, ApplyError> {
    let Some(live) = live else {
        return match wanted.absent {
            Absent::Create => Ok(plan::changes(&Data::new(), wanted.data)),
            Absent::Refuse => Err(ApplyError::Absent),
        };
    };
    let data = data_of(live);
    let annotations = live.metadata.annotations.clone().unwrap_or_default();
    match Ownership::of(wanted.owner, &annotations, &data) {
        Ownership::Ours => Ok(plan::changes(&data, wanted.data)),
        Ownership::Changed => Err(ApplyError::Changed {
            owner: wanted.owner.clone(),
            writers: writers(live),
        }),
        Ownership::Others(others) => Err(ApplyError::OtherOwner {
            others,
            owner: wanted.owner.clone(),
        }),
        Ownership::Foreign => Err(ApplyError::Foreign {
            writers: writers(live),
        }),
    }
}

/// Reads aws-auth once more, as its consumer would.
async fn verify(cluster: &Cluster, wanted: &Wanted<'_>, version: &str) -> Result<(), ApplyError> {
    let live = cluster
        .fetch()
        .await
        .map_err(|source| ApplyError::Unverified {
            version: version.to_owned(),
            source,
        })?;
    let agrees = live
        .as_ref()
        .is_some_and(|live| plan::agree(&data_of(live), wanted.data));
    if agrees {
        return Ok(());
    }
    tracing::debug!(version, "the write and the re-read differ");
    let writers = live
        .as_ref()
        .map_or_else(|| "it was deleted".to_owned(), writers);
    Err(ApplyError::Overwritten { writers })
}

fn report(changes: &[Change], created: bool, version: &str) -> String {
    let mut text = String::new();
    for change in changes {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{change}");
    }
    let verb = if created { "created" } else { "changed" };
    let entries = match changes.len() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let _ = writeln!(
        text,
        "aws-auth {verb}: {entries}, read back at resourceVersion {version}"
    );
    text
}

fn data_of(object: &ConfigMap) -> Data {
    object.data.clone().unwrap_or_default()
}

/// Who wrote the data, by the API server's own account of it.
fn writers(object: &ConfigMap) -> String {
    let managers = object.metadata.managed_fields.iter().flatten();
    let of_data = managers.filter(|entry| {
        entry
            .fields_v1
            .as_ref()
            .is_some_and(|fields| fields.0.get("f:data").is_some())
    });
    let names: Vec<String> = of_data
        .map(|entry| {
            let name = entry.manager.as_deref().unwrap_or("an unnamed manager");
            let time = entry.time.as_ref().map(|time| format!(" at {}", time.0));
            format!("{name}{}", time.unwrap_or_default())
        })
        .collect();
    if names.is_empty() {
        "the API server does not say who wrote it".to_owned()
    } else {
        format!("its data was written by {}", names.join(", "))
    }
}

/// How often a plan is made before others are left to finish first.
const ATTEMPTS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: &str =
        "- {rolearn: 'arn:aws:iam::111122223333:role/dev', username: dev, groups: [a]}\n";

    fn data(roles: &str) -> Data {
        Data::from([("mapRoles".to_owned(), roles.to_owned())])
    }

    /// An aws-auth that `owner` wrote through `manager`.
    fn live(owner: Option<&str>, roles: &str, manager: &str) -> ConfigMap {
        let annotations: std::collections::BTreeMap<_, _> = owner
            .map(|owner| Record::new(&owner.parse().unwrap(), &data(ROLES)))
            .map(|record| (record.key(), record.value()))
            .into_iter()
            .collect();
        serde_json::from_value(serde_json::json!({
            "metadata": {
                "annotations": annotations,
                "managedFields": [
                    {"manager": "labeller", "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": {}}},
                    {
                        "manager": manager,
                        "time": "2026-11-20T22:56:02Z",
                        "fieldsType": "FieldsV1",
                        "fieldsV1": {"f:data": {}},
                    },
                ],
            },
            "data": {"mapRoles": roles},
        }))
        .unwrap()
    }

    fn decided(live: Option<&ConfigMap>, wanted: &str, absent: Absent) -> Result<usize, String> {
        let (owner, data) = ("platform".parse().unwrap(), data(wanted));
        let wanted = Wanted {
            owner: &owner,
            data: &data,
            absent,
        };
        decide(live, &wanted)
            .map(|changes| changes.len())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn changes_only_what_the_owner_wrote_and_nobody_touched_since() {
        let other_roles = ROLES.replace("[a]", "[b]");
        let kubectl = "its data was written by kubectl-edit at 2026-11-20T22:56:02Z";
        let table = [
            (live(Some("platform"), ROLES, "m"), ROLES, Ok(0)),
            (live(Some("platform"), ROLES, "m"), &other_roles, Ok(1)),
            (
                live(Some("platform"), &other_roles, "kubectl-edit"),
                ROLES,
                Err(format!(
                    "the live aws-auth was changed after platform wrote it; {kubectl}"
                )),
            ),
            (
                live(None, ROLES, "kubectl-edit"),
                ROLES,
                Err(format!(
                    "the live aws-auth was not written by aws-auth-sync; {kubectl}"
                )),
            ),
            (
                live(Some("team-b"), ROLES, "m"),
                ROLES,
                Err("the live aws-auth belongs to team-b, not to platform".to_owned()),
            ),
        ];
        for (live, wanted, expected) in table {
            assert_eq!(decided(Some(&live), wanted, Absent::Create), expected);
        }
        assert_eq!(decided(None, ROLES, Absent::Create), Ok(1));
        assert_eq!(
            decided(None, ROLES, Absent::Refuse),
            Err("the cluster has no aws-auth".to_owned()),
        );
    }
}
