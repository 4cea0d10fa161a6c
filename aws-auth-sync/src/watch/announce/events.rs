//! Events on aws-auth, for `kubectl describe` and whoever watches events.
//!
//! <https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/>

use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};

use crate::call::{CallError, innermost};
use crate::connection::Cluster;
use crate::digest::digest;
use crate::watch::ending::Ending;
use crate::watch::telling::{About, Word};

/// Publishes events.
pub(super) struct Events<'a> {
    cluster: &'a Cluster,
    recorder: Recorder,
}

impl<'a> Events<'a> {
    pub(super) fn new(cluster: &'a Cluster, instance: &str) -> Self {
        let reporter = Reporter {
            controller: "aws-auth-sync".to_owned(),
            instance: Some(instance.to_owned()),
        };
        Self {
            cluster,
            recorder: Recorder::new(cluster.client.clone(), reporter),
        }
    }

    /// One for each word that is worth it; the same within six minutes counts one up.
    pub(super) async fn publish(&self, words: &[Word]) -> Result<(), String> {
        let events: Vec<Event> = words.iter().filter_map(event).collect();
        if events.is_empty() {
            return Ok(());
        }
        let regarding = self.aws_auth().await.map_err(|error| error.to_string())?;
        for event in events {
            let published = self.recorder.publish(&event, &regarding).await;
            published.map_err(|error| innermost(&error))?;
        }
        Ok(())
    }

    /// What events are about. `kubectl describe` looks for its uid.
    async fn aws_auth(&self) -> Result<ObjectReference, CallError> {
        let object = self.cluster.fetch().await?;
        Ok(ObjectReference {
            api_version: Some("v1".to_owned()),
            kind: Some("ConfigMap".to_owned()),
            name: Some("aws-auth".to_owned()),
            namespace: Some("kube-system".to_owned()),
            uid: object.and_then(|object| object.metadata.uid),
            ..ObjectReference::default()
        })
    }
}

fn event(word: &Word) -> Option<Event> {
    let reason = match word.about {
        About::SourcesAtFault => "SourcesAtFault",
        About::SourcesInOrder => "SourcesInOrder",
        About::InOrder => "InOrder",
        About::Sync(Ending::Unchanged | Ending::Written) => "Synced",
        About::Sync(Ending::Repaired) => "DriftRepaired",
        About::Sync(Ending::Refused) => "Refused",
        About::Sync(Ending::Conflict) => "Conflict",
        About::Sync(Ending::Impossible) => "NotSynced",
        // The one would tell of a change that is not meant, the other would not arrive.
        About::Sync(Ending::Tried | Ending::Failed) => return None,
    };
    let type_ = if word.is_good() {
        EventType::Normal
    } else {
        EventType::Warning
    };
    let words = digest([word.text.as_str()]);
    Some(Event {
        type_,
        reason: reason.to_owned(),
        // Of one action and reason the recorder makes one event, with the first one's note.
        action: format!("Sync-{words}"),
        note: Some(bounded(&word.text)),
        secondary: None,
    })
}

/// As much of a note as an event takes.
fn bounded(text: &str) -> String {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// Of a note.
const MOST_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_ends_with_a_whole_letter() {
        let text = "ä".repeat(600);
        assert_eq!(bounded(&text), "ä".repeat(512));
        assert_eq!(bounded(&format!("a{text}")).len(), 1023);
        assert_eq!(bounded("short"), "short");
    }
}
