//! The `CRD` source: objects `IAMIdentityMapping` of `iamauthenticator.k8s.aws/v1alpha1`, listed
//! once and watched ever after.
//!
//! What maps is an object's spec. Its status is written for people and for
//! aws-iam-authenticator, and never read: who may write it must not be able to map anybody.

mod object;
mod status;

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use kube::Api;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::watcher::{self, Event};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::remarks::Remarks;
use super::watching::{self, Told, WatchedSource};
use super::{Held, Publisher, api_server};
use crate::config::Config;

use object::{IdentityMapping, Name, compile};
use status::StatusWish;

/// Changes within this time become one.
const SETTLE: Duration = Duration::from_millis(100);

/// Loads the objects and keeps them fresh, for as long as the runtime lives.
pub(super) async fn follow(config: Config, publisher: Publisher) {
    let reloads = publisher.reloads();
    let (wishes, to_write) = watch::channel(Vec::new());
    let objects = Objects {
        publisher,
        known: BTreeMap::new(),
        pending: None,
        told: Remarks::default(),
        wishes,
    };
    tokio::select! {
        () = watching::follow(&config, reloads, objects) => {}
        () = status::write(&config, to_write) => {}
    }
}

/// The kind.
fn resource() -> ApiResource {
    let kind = GroupVersionKind::gvk("iamauthenticator.k8s.aws", "v1alpha1", "IAMIdentityMapping");
    ApiResource::from_gvk(&kind)
}

/// What is known of the objects.
struct Objects {
    publisher: Publisher,
    /// All objects, by name.
    known: BTreeMap<Name, IdentityMapping>,
    /// Those of a listing that is not complete yet.
    pending: Option<BTreeMap<Name, IdentityMapping>>,
    told: Remarks,
    /// What their statuses ought to say.
    wishes: watch::Sender<Vec<StatusWish>>,
}

/// Whether an event changes who is mapped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Change {
    Mappings,
    Nothing,
}

impl WatchedSource for Objects {
    async fn watch_once(&mut self, config: &Config) -> Told {
        let client = match api_server::connect(config).await {
            Ok(client) => client,
            Err(error) => {
                self.failed(&error);
                return Told::Nothing;
            }
        };
        let api: Api<DynamicObject> = Api::all_with(client, &resource());
        let paced = watcher::Config::default().timeout(api_server::WATCH_SECONDS);
        let mut events = pin!(watcher::watcher(api, paced));
        let mut told = Told::Nothing;
        let mut due: Option<Instant> = None;
        loop {
            let settled = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = settled => {
                    due = None;
                    self.publish();
                }
                event = events.next() => match event {
                    Some(Ok(event)) => {
                        // It begins by itself, before anybody has answered.
                        if !matches!(event, Event::Init) {
                            told = Told::Something;
                        }
                        if self.seen(event) == Change::Mappings {
                            due = due.or_else(|| Some(Instant::now() + SETTLE));
                        }
                    }
                    Some(Err(error)) => {
                        // What was seen before it failed is true all the same.
                        if due.is_some() {
                            self.publish();
                        }
                        self.failed(&error);
                        return told;
                    }
                    None => return told,
                },
            }
        }
    }
}

impl Objects {
    fn seen(&mut self, event: Event<DynamicObject>) -> Change {
        match event {
            Event::Init => {
                self.pending = Some(BTreeMap::new());
                Change::Nothing
            }
            Event::InitApply(object) => {
                let (name, mapping) = IdentityMapping::of(object);
                self.pending.get_or_insert_default().insert(name, mapping);
                Change::Nothing
            }
            Event::InitDone => {
                self.known = self.pending.take().unwrap_or_default();
                Change::Mappings
            }
            Event::Apply(object) => {
                let (name, mapping) = IdentityMapping::of(object);
                let maps_the_same = |before: IdentityMapping| before.spec == mapping.spec;
                let before = self.known.insert(name, mapping.clone());
                // Most often it is the status that was written.
                if before.is_some_and(maps_the_same) {
                    Change::Nothing
                } else {
                    Change::Mappings
                }
            }
            Event::Delete(object) => {
                self.known.remove(&IdentityMapping::of(object).0);
                Change::Mappings
            }
        }
    }

    fn publish(&mut self) {
        let compiled = compile(&self.known);
        let remarks = compiled.diagnostics.iter().map(ToString::to_string);
        self.told.tell(remarks.collect());
        self.publisher.publish(&Held::Objects(compiled.table), None);
        self.wishes.send_replace(compiled.wishes);
    }

    fn failed(&self, error: &(dyn std::error::Error + 'static)) {
        let why = api_server::fault(error);
        let hint = if why.contains("404") { NO_KIND } else { "" };
        self.publisher
            .failed(&format!("iamidentitymappings: {why}{hint}"));
    }
}

const NO_KIND: &str = " (the cluster does not know the kind: apply deploy/iamidentitymapping.yaml)";

#[cfg(test)]
mod tests;
