//! The `EKSConfigMap` source: `kube-system/aws-auth`, listed once and watched ever after.

use std::pin::pin;

use futures_util::StreamExt as _;
use iam_core::aws_auth::{self, Data};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::runtime::watcher::{self, Event};

use super::document::Document;
use super::remarks::Remarks;
use super::watching::{self, Told, WatchedSource};
use super::{Held, Publisher, api_server};
use crate::config::Config;

const NAMESPACE: &str = "kube-system";
const NAME: &str = "aws-auth";
const ORIGIN: &str = "kube-system/aws-auth";

/// Loads the object and keeps it fresh, for as long as the runtime lives.
pub(super) async fn follow(config: Config, publisher: Publisher) {
    let reloads = publisher.reloads();
    let object = Object {
        publisher,
        pending: None,
        told: Remarks::default(),
        is_good: false,
    };
    watching::follow(&config, reloads, object).await;
}

/// What is known of the object.
#[derive(Debug)]
struct Object {
    publisher: Publisher,
    /// The object of a listing that is not complete yet.
    pending: Option<aws_auth::Document>,
    told: Remarks,
    /// Whether it could ever be read as a whole.
    is_good: bool,
}

impl WatchedSource for Object {
    async fn watch_once(&mut self, config: &Config) -> Told {
        let client = match api_server::connect(config).await {
            Ok(client) => client,
            Err(error) => {
                self.failed(&error);
                return Told::Nothing;
            }
        };
        let api: Api<ConfigMap> = Api::namespaced(client, NAMESPACE);
        let of_name = watcher::Config::default()
            .fields(&format!("metadata.name={NAME}"))
            .timeout(api_server::WATCH_SECONDS);
        let mut events = pin!(watcher::watcher(api, of_name));
        let mut told = Told::Nothing;
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Init) => self.pending = None,
                Ok(event) => {
                    told = Told::Something;
                    self.seen(event);
                }
                Err(error) => {
                    self.publisher.sources.metrics.configmap_watch_failed();
                    self.failed(&error);
                    return told;
                }
            }
        }
        told
    }
}

impl Object {
    fn seen(&mut self, event: Event<ConfigMap>) {
        match event {
            Event::Init => self.pending = None,
            Event::InitApply(object) => self.pending = Some(aws_auth_of(&object)),
            // An empty listing is an answer: there is no aws-auth.
            Event::InitDone => {
                let document = self.pending.take().unwrap_or_default();
                self.judge(&document);
            }
            Event::Apply(object) => self.judge(&aws_auth_of(&object)),
            Event::Delete(_) => self.judge(&aws_auth::Document::default()),
        }
    }

    /// An object that cannot be read as a whole leaves its last good version in force.
    fn judge(&mut self, read: &aws_auth::Document) {
        let document = Document::compile(ORIGIN, read);
        self.told.tell(document.remarks());
        let why = document.fault().map(str::to_owned);
        let held = Held::AwsAuth(vec![document]);
        let Some(why) = why else {
            self.publisher.publish(&held, None);
            self.is_good = true;
            return;
        };
        if !self.is_good {
            // There is nothing better: what can be read acts, but the source has not loaded.
            self.publisher.hold(&held);
        }
        self.publisher.failed(&why);
    }

    fn failed(&self, error: &(dyn std::error::Error + 'static)) {
        self.publisher
            .failed(&format!("{ORIGIN}: {}", api_server::fault(error)));
    }
}

fn aws_auth_of(object: &ConfigMap) -> aws_auth::Document {
    let section = |key: &str| object.data.as_ref()?.get(key).map(String::as_str);
    aws_auth::Document::parse(&Data {
        map_roles: section("mapRoles"),
        map_users: section("mapUsers"),
        map_accounts: section("mapAccounts"),
    })
}

#[cfg(test)]
mod tests;
