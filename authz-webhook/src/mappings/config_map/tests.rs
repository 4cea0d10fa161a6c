//! The source against an API server on loopback that knows two requests.

use std::collections::VecDeque;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use iam_core::principal::Principal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::config::{Config, Overrides};
use crate::mappings::{Sought, SourceState, Sources};
use crate::metrics::Metrics;

/// Lists what it is given, and tells each watch what is sent while it lasts.
struct Api {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    requests: Mutex<Vec<String>>,
    /// The items of each listing in turn; the last for ever.
    listings: Mutex<VecDeque<Value>>,
    watch: Mutex<Option<mpsc::UnboundedSender<Value>>>,
}

impl Api {
    async fn start(listings: impl IntoIterator<Item = Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        state.listings.lock().unwrap().extend(listings);
        let for_task = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&for_task);
                tokio::spawn(async move { state.serve(stream).await });
            }
        });
        Self { port, state }
    }

    fn requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }

    fn is_watched(&self) -> bool {
        self.state
            .watch
            .lock()
            .unwrap()
            .as_ref()
            .is_some_and(|watch| !watch.is_closed())
    }

    fn tell(&self, kind: &str, object: Value) {
        let event = json!({ "type": kind, "object": object });
        self.state
            .watch
            .lock()
            .unwrap()
            .as_ref()
            .expect("a watch")
            .send(event)
            .unwrap();
    }

    /// Ends the watch, as an API server does that is stopped.
    fn hang_up(&self) {
        self.state.watch.lock().unwrap().take();
    }

    fn sources(&self, home: &std::path::Path) -> (Arc<Sources>, Arc<Metrics>) {
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{ "name": "c", "cluster": {
                "server": format!("http://127.0.0.1:{}", self.port) } }],
            "users": [{ "name": "u", "user": {} }],
            "contexts": [{ "name": "c", "context": { "cluster": "c", "user": "u" } }],
        });
        let path = home.join("kubeconfig");
        fs::write(&path, kubeconfig.to_string()).unwrap();
        let text = format!(
            "clusterID: c\nserver: {{backendMode: EKSConfigMap, kubeconfig: {}}}\n",
            path.display()
        );
        let config = Config::parse(&home.join("c.yaml"), &text, &Overrides::default()).unwrap();
        let metrics = Arc::new(Metrics::new());
        (
            Arc::new(Sources::open(&config, Arc::clone(&metrics)).unwrap()),
            metrics,
        )
    }
}

impl State {
    async fn serve(&self, mut stream: TcpStream) {
        let mut received = Vec::new();
        while let Ok(byte) = stream.read_u8().await {
            received.push(byte);
            if !received.ends_with(b"\r\n\r\n") {
                continue;
            }
            let head = String::from_utf8(std::mem::take(&mut received)).unwrap();
            let target = head.split(' ').nth(1).unwrap().to_owned();
            let is_watch = target.contains("watch=true");
            self.requests.lock().unwrap().push(target);
            if is_watch {
                return self.serve_watch(stream).await;
            }
            let list = json!({ "kind": "ConfigMapList", "apiVersion": "v1",
                "metadata": { "resourceVersion": "1" }, "items": self.listing() });
            let list = list.to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{list}",
                list.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    }

    fn listing(&self) -> Value {
        let mut listings = self.listings.lock().unwrap();
        if listings.len() > 1 {
            listings.pop_front().unwrap()
        } else {
            listings[0].clone()
        }
    }

    async fn serve_watch(&self, mut stream: TcpStream) {
        let (teller, mut events) = mpsc::unbounded_channel();
        *self.watch.lock().unwrap() = Some(teller);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        while let Some(event) = events.recv().await {
            let line = format!("{event}\n");
            if stream.write_all(line.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

fn aws_auth(version: u32, map_roles: &str) -> Value {
    json!({
        "kind": "ConfigMap", "apiVersion": "v1",
        "metadata": { "name": "aws-auth", "namespace": "kube-system",
            "resourceVersion": version.to_string() },
        "data": { "mapRoles": map_roles },
    })
}

fn role(username: &str) -> String {
    format!("- {{rolearn: 'arn:aws:iam::111122223333:role/A', username: {username}}}\n")
}

fn username(sources: &Sources) -> Option<String> {
    let principal: Principal = "arn:aws:sts::111122223333:assumed-role/A/session"
        .parse()
        .unwrap();
    let snapshot = sources.snapshot();
    Some(
        snapshot
            .lookup(&Sought::new(&principal, ""))
            .ok()??
            .names?
            .username
            .to_string(),
    )
}

fn state(sources: &Sources) -> SourceState {
    sources.readiness().remove(0).state
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect(what);
}

#[tokio::test]
async fn follows_the_object_through_its_life() {
    let home = tempfile::tempdir().unwrap();
    let api = Api::start([json!([aws_auth(1, &role("listed"))])]).await;
    let (sources, _) = api.sources(home.path());
    sources.start();
    eventually("listed", || username(&sources).as_deref() == Some("listed")).await;
    assert_eq!(state(&sources), SourceState::Loaded);
    eventually("watched", || api.is_watched()).await;
    api.tell("MODIFIED", aws_auth(2, &role("modified")));
    eventually("modified", || {
        username(&sources).as_deref() == Some("modified")
    })
    .await;
    api.tell("DELETED", aws_auth(3, &role("modified")));
    eventually("deleted", || username(&sources).is_none()).await;
    assert_eq!(state(&sources), SourceState::Loaded);
    let only_this = |target: &String| {
        target.starts_with("/api/v1/namespaces/kube-system/configmaps?")
            && target.contains("fieldSelector=metadata.name%3Daws-auth")
    };
    assert!(api.requests().iter().all(only_this), "{:?}", api.requests());
}

#[tokio::test]
async fn a_cluster_without_aws_auth_is_loaded_and_empty() {
    let home = tempfile::tempdir().unwrap();
    let api = Api::start([json!([])]).await;
    let (sources, _) = api.sources(home.path());
    sources.start();
    eventually("loaded", || state(&sources) == SourceState::Loaded).await;
    assert_eq!(username(&sources), None);
    eventually("watched", || api.is_watched()).await;
    api.tell("ADDED", aws_auth(2, &role("added")));
    eventually("added", || username(&sources).as_deref() == Some("added")).await;
}

#[tokio::test]
async fn an_unreadable_object_keeps_the_last_good_mappings() {
    let home = tempfile::tempdir().unwrap();
    let api = Api::start([json!([aws_auth(1, &role("good"))])]).await;
    let (sources, metrics) = api.sources(home.path());
    sources.start();
    eventually("watched", || api.is_watched()).await;
    api.tell("MODIFIED", aws_auth(2, "- {username: {{SessionName}}}\n"));
    eventually("degraded", || {
        matches!(state(&sources), SourceState::Degraded(_))
    })
    .await;
    let SourceState::Degraded(why) = state(&sources) else {
        panic!("degraded")
    };
    assert!(why.starts_with("kube-system/aws-auth:1:"), "{why}");
    assert_eq!(username(&sources).as_deref(), Some("good"));
    let gauge = "authz_webhook_mapping_degraded{source=\"EKSConfigMap\"} 1";
    assert!(metrics.encode().lines().any(|line| line == gauge));
    api.tell("MODIFIED", aws_auth(3, &role("good")));
    eventually("mended", || state(&sources) == SourceState::Loaded).await;
}

#[tokio::test]
async fn an_object_that_was_never_readable_is_not_loaded_and_acts_as_far_as_it_can_be_read() {
    let home = tempfile::tempdir().unwrap();
    let mut object = aws_auth(1, &role("user"));
    let roles = std::mem::replace(&mut object["data"]["mapRoles"], json!("["));
    object["data"]["mapUsers"] =
        json!("- {userarn: 'arn:aws:iam::111122223333:user/Alice', username: alice}\n");
    let api = Api::start([json!([object])]).await;
    let (sources, _) = api.sources(home.path());
    sources.start();
    let alice = "arn:aws:iam::111122223333:user/Alice".parse().unwrap();
    eventually("held", || {
        sources
            .snapshot()
            .lookup(&Sought::new(&alice, ""))
            .is_ok_and(|hit| hit.is_some())
    })
    .await;
    assert!(matches!(state(&sources), SourceState::Loading(_)));
    eventually("watched", || api.is_watched()).await;
    object["data"]["mapRoles"] = roles;
    api.tell("MODIFIED", object);
    eventually("loaded", || state(&sources) == SourceState::Loaded).await;
    assert_eq!(username(&sources).as_deref(), Some("user"));
}

#[tokio::test]
async fn an_api_server_that_failed_for_a_while_is_believed_again() {
    let home = tempfile::tempdir().unwrap();
    let api = Api::start([json!([aws_auth(1, &role("good"))])]).await;
    let (sources, metrics) = api.sources(home.path());
    sources.start();
    eventually("watched", || api.is_watched()).await;
    let failure = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {},
        "status": "Failure", "message": "etcd is away", "reason": "InternalError", "code": 500 });
    api.tell("ERROR", failure);
    eventually("loaded again", || {
        api.requests().len() >= 4 && state(&sources) == SourceState::Loaded
    })
    .await;
    assert_eq!(username(&sources).as_deref(), Some("good"));
    let text = metrics.encode();
    for line in [
        "aws_iam_authenticator_configmap_watch_failures_total 1",
        "authz_webhook_mapping_degraded{source=\"EKSConfigMap\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{text}");
    }
}

#[tokio::test]
async fn a_watch_that_ends_is_begun_again_and_a_missed_change_is_seen() {
    let home = tempfile::tempdir().unwrap();
    let api = Api::start([
        json!([aws_auth(1, &role("before"))]),
        json!([aws_auth(7, &role("missed"))]),
    ])
    .await;
    let (sources, _) = api.sources(home.path());
    sources.start();
    eventually("watched", || api.is_watched()).await;
    api.hang_up();
    eventually("watched again", || api.is_watched()).await;
    let gone = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "too old resource version: 1 (7)", "reason": "Expired", "code": 410 });
    api.tell("ERROR", gone);
    eventually("missed", || username(&sources).as_deref() == Some("missed")).await;
    assert_eq!(state(&sources), SourceState::Loaded);
}
