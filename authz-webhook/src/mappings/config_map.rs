//! The `EKSConfigMap` source: `kube-system/aws-auth`, listed once and watched ever after.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures_util::StreamExt as _;
use iam_core::aws_auth::{self, Data};
use iam_core::error_chain::ErrorChain;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client};
use thiserror::Error;
use tokio::time::sleep;

use super::document::Document;
use super::{Publisher, SourcesError};
use crate::config::Config;

const NAMESPACE: &str = "kube-system";
const NAME: &str = "aws-auth";
const ORIGIN: &str = "kube-system/aws-auth";
/// A watch is begun anew this often: a connection that died silently is noticed within it.
const WATCH_SECONDS: u32 = 60;
/// An API server that is asked says something within this time, if only that the watch is over.
const LONGEST_SILENCE: Duration = Duration::from_secs(WATCH_SECONDS as u64 + 15);
/// Pauses between attempts: short enough to be back soon after the API server is.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why the cluster cannot be asked.
#[derive(Debug, Error)]
enum ClusterError {
    #[error("cannot use the kubeconfig {}", .path.display())]
    Kubeconfig {
        path: PathBuf,
        source: Box<kube::config::KubeconfigError>,
    },
    #[error("no kubeconfig is configured and this is no pod")]
    InCluster(#[from] Box<kube::config::InClusterError>),
    #[error("{0:?} is not the URL of an API server")]
    Master(String),
    #[error("cannot set up the client of the API server")]
    Client(#[from] Box<kube::Error>),
}

/// Whether the kubeconfig can be read.
pub(super) fn check(config: &Config) -> Result<(), SourcesError> {
    let Some(path) = config.kubeconfig() else {
        return Ok(());
    };
    Kubeconfig::read_from(path)
        .map(drop)
        .map_err(|source| SourcesError::Kubeconfig {
            path: path.to_owned(),
            source: source.into(),
        })
}

/// Whether everything is there by which the API server is reached; it is not asked.
///
/// # Errors
/// What is missing or faulty.
pub fn check_cluster(config: &Config) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(connect(config)).map(drop)?)
}

/// How the API server is reached: by the kubeconfig, or as a pod.
async fn client_config(config: &Config) -> Result<kube::Config, ClusterError> {
    let mut cluster = match config.kubeconfig() {
        Some(path) => of_kubeconfig(path).await.map_err(|source| {
            let source = Box::new(source);
            ClusterError::Kubeconfig {
                path: path.to_owned(),
                source,
            }
        })?,
        None => kube::Config::incluster().map_err(Box::new)?,
    };
    cluster.read_timeout = Some(LONGEST_SILENCE);
    cluster.reset_reader_on_write = true;
    if let Some(master) = config.master() {
        cluster.cluster_url = master
            .parse()
            .map_err(|_| ClusterError::Master(master.to_owned()))?;
    }
    Ok(cluster)
}

async fn of_kubeconfig(path: &Path) -> Result<kube::Config, kube::config::KubeconfigError> {
    let kubeconfig = Kubeconfig::read_from(path)?;
    kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await
}

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

async fn connect(config: &Config) -> Result<Client, ClusterError> {
    let cluster = client_config(config).await?;
    Ok(Client::try_from(cluster).map_err(Box::new)?)
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
        let client = match connect(config).await {
            Ok(client) => client,
            Err(error) => {
                self.failed(&error);
                return Told::Nothing;
            }
        };
        let api: Api<ConfigMap> = Api::namespaced(client, NAMESPACE);
        let of_name = watcher::Config::default()
            .fields(&format!("metadata.name={NAME}"))
            .timeout(WATCH_SECONDS);
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
        let Some(why) = document.fault() else {
            self.publisher
                .publish(std::slice::from_ref(&document), None);
            self.is_good = true;
            return;
        };
        if !self.is_good {
            // There is nothing better: what can be read acts, but the source has not loaded.
            self.publisher.hold(std::slice::from_ref(&document));
        }
        self.publisher.failed(why);
    }

    fn failed(&self, error: &dyn std::error::Error) {
        self.publisher
            .failed(&format!("{ORIGIN}: {}", ErrorChain(error)));
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
