//! How things are with an owner's entries: `status.yaml` in the ConfigMap
//! `kube-system/aws-auth-sync-OWNER-status`.

mod kept;

use std::time::SystemTime;

use http::Method;
use iam_core::time::Rfc3339;
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::{Map, Value, json};

use super::condition::Condition;
use crate::call::{Answer, Call, CallError, refused};
use crate::connection::Cluster;
use crate::digest::digest;
use crate::owner::Owner;
use crate::yaml;
use kept::Kept;

/// Keeps the status of an owner, and writes it where it changes.
pub(super) struct Status<'a> {
    cluster: &'a Cluster,
    kept: Option<Kept>,
}

impl<'a> Status<'a> {
    pub(super) const fn new(cluster: &'a Cluster) -> Self {
        Self {
            cluster,
            kept: None,
        }
    }

    /// Has the owner's status say `conditions`.
    pub(super) async fn update(
        &mut self,
        owner: &Owner,
        conditions: &[Condition],
        now: SystemTime,
    ) -> Result<(), String> {
        let name = name(owner);
        let kept = match self.kept.take().filter(|kept| kept.name == name) {
            Some(kept) => kept,
            None => self.fetch(name).await.map_err(|error| error.to_string())?,
        };
        let text = text(owner, conditions, &kept, Rfc3339::nearest(now));
        if kept.text.as_deref() == Some(&text) {
            self.kept = Some(kept);
            return Ok(());
        }
        let written = self.write(&kept, &text).await;
        written.map_err(|error| error.to_string())?;
        self.kept = Some(Kept::of(kept.name, Some(text)));
        Ok(())
    }

    async fn fetch(&self, name: String) -> Result<Kept, CallError> {
        let call = Call {
            what: GET,
            method: Method::GET,
            path: &format!("{COLLECTION}/{name}"),
            body: None,
        };
        let text = match self.cluster.call::<ConfigMap>(call).await? {
            Answer::Object(object) => object.data.and_then(|mut data| data.remove(KEY)),
            Answer::Status(status) if status.code == 404 => None,
            Answer::Status(status) => return Err(refused(GET, status)),
        };
        Ok(Kept::of(name, text))
    }

    /// Changes the object, or makes it where it is gone.
    async fn write(&self, kept: &Kept, text: &str) -> Result<(), CallError> {
        let patch = Call {
            what: PATCH,
            method: Method::PATCH,
            path: &format!("{COLLECTION}/{}{MANAGER}", kept.name),
            body: Some(("application/merge-patch+json", json!({"data": {KEY: text}}))),
        };
        match self.cluster.call::<ConfigMap>(patch).await? {
            Answer::Object(_) => Ok(()),
            Answer::Status(status) if status.code == 404 => self.create(&kept.name, text).await,
            Answer::Status(status) => Err(refused(PATCH, status)),
        }
    }

    async fn create(&self, name: &str, text: &str) -> Result<(), CallError> {
        let object = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name,
                "namespace": "kube-system",
                "labels": {"aws-auth-sync/status": "true"},
            },
            "data": {KEY: text},
        });
        let call = Call {
            what: CREATE,
            method: Method::POST,
            path: &format!("{COLLECTION}{MANAGER}"),
            body: Some(("application/json", object)),
        };
        match self.cluster.call::<ConfigMap>(call).await? {
            Answer::Object(_) => Ok(()),
            Answer::Status(status) => Err(refused(CREATE, status)),
        }
    }
}

/// The name of an owner's status. An owner's name that an object's name has no room for is told
/// apart from others by its digest.
fn name(owner: &Owner) -> String {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let owner = owner.as_str();
    if owner.chars().all(|letter| plain(letter) || letter == '-') {
        return format!("aws-auth-sync-{owner}-status");
    }
    let fitting = owner.to_ascii_lowercase().replace(['.', '_'], "-");
    let digest = digest([owner]).hexadecimal();
    format!("aws-auth-sync-{fitting}-{digest}-status")
}

/// The document; a condition that holds, or does not, as it did keeps its time.
fn text(owner: &Owner, conditions: &[Condition], kept: &Kept, now: Rfc3339) -> String {
    let conditions = conditions.iter().map(|condition| {
        let holds = word(condition.holds);
        let since = kept.since(condition.kind, holds);
        let since = since.unwrap_or_else(|| now.to_string());
        let mut members = Map::from_iter([
            ("type".to_owned(), json!(condition.kind)),
            ("status".to_owned(), json!(holds)),
            ("reason".to_owned(), json!(condition.reason)),
            ("message".to_owned(), json!(condition.message)),
            ("lastTransitionTime".to_owned(), json!(since)),
        ]);
        if let Some(revision) = condition.revision {
            let revision = json!(revision.to_string());
            members.insert("observedRevision".to_owned(), revision);
        }
        Value::Object(members)
    });
    yaml::write(&json!({
        "apiVersion": "aws-auth-sync/v1",
        "kind": "Status",
        "owner": owner.as_str(),
        "conditions": conditions.collect::<Vec<_>>(),
    }))
}

const fn word(holds: bool) -> &'static str {
    if holds { "True" } else { "False" }
}

const GET: &str = "get the status (a configmap in kube-system)";
const PATCH: &str = "patch the status (a configmap in kube-system)";
const CREATE: &str = "create the status (a configmap in kube-system)";
const COLLECTION: &str = "/api/v1/namespaces/kube-system/configmaps";
const MANAGER: &str = "?fieldManager=aws-auth-sync&fieldValidation=Strict";
const KEY: &str = "status.yaml";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_each_owner_has_a_name_of_its_own_that_an_object_may_have() {
        let name = |owner: &str| super::name(&owner.parse().unwrap());
        assert_eq!(name("team-a"), "aws-auth-sync-team-a-status");
        let dotted = name("team.a");
        assert!(dotted.starts_with("aws-auth-sync-team-a-"), "{dotted}");
        let names = ["team-a", "team.a", "team_a", "Team-A", "team-A"].map(name);
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
        let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        for name in &names {
            assert!(name.chars().all(|letter| fits(letter) || letter == '-'));
        }
    }

    #[test]
    fn a_condition_keeps_its_time_while_it_holds() {
        let owner: Owner = "platform".parse().unwrap();
        let condition = |holds| Condition {
            kind: "Synced",
            holds,
            reason: "Synced",
            message: "as: it should be".to_owned(),
            revision: Some(digest(["x"])),
        };
        let at = |time: &str| time.parse::<Rfc3339>().unwrap();
        let (first, then) = (at("2026-11-29T10:00:00Z"), at("2026-11-29T11:00:00Z"));
        let none = Kept::of("n".to_owned(), None);
        let written = text(&owner, &[condition(true)], &none, first);
        let revision = digest(["x"]);
        let expected = format!(
            "apiVersion: aws-auth-sync/v1\nconditions:\n- lastTransitionTime: \
             \"2026-11-29T10:00:00Z\"\n  message: \"as: it should be\"\n  observedRevision: \
             {revision}\n  reason: Synced\n  status: \"True\"\n  type: Synced\nkind: Status\n\
             owner: platform\n"
        );
        assert_eq!(written, expected);
        let kept = Kept::of("n".to_owned(), Some(written.clone()));
        assert_eq!(text(&owner, &[condition(true)], &kept, then), written);
        let turned = text(&owner, &[condition(false)], &kept, then);
        assert!(turned.contains("2026-11-29T11:00:00Z"), "{turned}");
    }
}
