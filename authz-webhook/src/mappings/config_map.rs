//! The `EKSConfigMap` source: `kube-system/aws-auth`, listed once and watched ever after.

use std::pin::pin;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures_util::StreamExt as _;
use iam_core::aws_auth::{self, Data};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::runtime::watcher::{self, Event};
use tokio::time::sleep;

use super::document::Document;
use super::{Held, Publisher, api_server};
use crate::config::Config;

const NAMESPACE: &str = "kube-system";
const NAME: &str = "aws-auth";
const ORIGIN: &str = "kube-system/aws-auth";
/// Pauses between attempts: short enough to be back soon after the API server is.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Loads the object and keeps it fresh, for as long as the runtime lives.
pub(super) async fn follow(config: Config, publisher: Publisher) {
    let mut reloads = publisher.reloads();
    let mut object = Object {
        publisher,
        pending: None,
        last: None,
        is_good: false,
    };
    let mut pauses = pauses().build();
    loop {
        tokio::select! {
            told = object.watch_once(&config) => {
                if told == Told::Something {
                    pauses = self::pauses().build();
                }
                sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
            }
            asked = reloads.changed() => if asked.is_err() { return },
        }
    }
}

/// Whether the API server said anything before it failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Told {
    Something,
    Nothing,
}

/// What is known of the object.
#[derive(Debug)]
struct Object {
    publisher: Publisher,
    /// The object of a listing that is not complete yet.
    pending: Option<aws_auth::Document>,
    /// What was read last, good or bad: of the same again nothing is logged.
    last: Option<aws_auth::Document>,
    /// Whether it could ever be read as a whole.
    is_good: bool,
}

impl Object {
    /// Lists and watches until something fails. Then all is begun anew with a listing: a watch
    /// that is merely resumed does not say whether the object is still what it was.
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

    fn seen(&mut self, event: Event<ConfigMap>) {
        match event {
            Event::Init => self.pending = None,
            Event::InitApply(object) => self.pending = Some(aws_auth_of(&object)),
            // An empty listing is an answer: there is no aws-auth.
            Event::InitDone => {
                let document = self.pending.take().unwrap_or_default();
                self.judge(document);
            }
            Event::Apply(object) => self.judge(aws_auth_of(&object)),
            Event::Delete(_) => self.judge(aws_auth::Document::default()),
        }
    }

    /// An object that cannot be read as a whole leaves its last good version in force.
    fn judge(&mut self, read: aws_auth::Document) {
        let document = Document::compile(ORIGIN, &read);
        if self.last.as_ref() != Some(&read) {
            document.report();
        }
        self.last = Some(read);
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

fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .with_jitter()
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
