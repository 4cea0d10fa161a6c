//! Routes, and from a review to its decision and its audit line.

use std::io;
use std::path::Path;
use std::sync::Mutex;

use tempfile::TempDir;

use super::*;
use crate::access_review::AccessReview;
use crate::assembly;
use crate::audit::{self, AuditWriter};
use crate::authenticate::{Scrub, UserInfo};
use crate::authorize::{NoOpinion, Word};
use crate::callers::{CallerSettings, VerifiedCallers};
use crate::cli::AwsVariables;
use crate::config::{Config, Overrides};
use crate::mappings::{SourceReadiness, SourceState, Sources};
use crate::test_sts::{Reply, TestSts, alice, hosts, identity, parts, token};

/// A webhook whose audit lines can be read.
struct Line {
    webhook: Webhook,
    sources: Arc<Sources>,
    writer: AuditWriter,
    written: Written,
    directory: TempDir,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_042)
}

const ALICE: &str = "  \
  mapUsers:
  - userarn: arn:aws:iam::111122223333:user/Alice
    username: alice
    groups: [developers]
";

impl Line {
    /// Its mappings have not loaded.
    async fn loading(sts: Reply, server: &str) -> Self {
        let sts = TestSts::start([sts]).await;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.yaml");
        std::fs::write(&path, format!("clusterID: test-cluster\nserver:\n{server}")).unwrap();
        let config = Config::load(Path::new(&path), &Overrides::default()).unwrap();
        let metrics = Arc::new(Metrics::new());
        let settings = CallerSettings::within(config.request_deadline(), config.cache_freshness());
        let callers =
            VerifiedCallers::new(hosts(), sts.client(), settings, Arc::clone(&metrics)).unwrap();
        let sources = Arc::new(Sources::open(&config, Arc::clone(&metrics)).unwrap());
        let scrub = Scrub::new(config.scrubbed_accounts());
        let aws = AwsVariables(Arc::new(Ok(Default::default())));
        let instances = assembly::instances(&config, &aws, now, &metrics);
        let written = Written::default();
        let (audit, writer) = audit::start(written.clone(), Arc::clone(&metrics)).unwrap();
        let webhook = Webhook {
            authorizer: assembly::authorizer(&config, &sources),
            authenticator: Arc::new(Authenticator::new(
                callers,
                Arc::clone(&sources),
                scrub,
                instances,
            )),
            audiences: Vec::new(),
            limits: Limits::with_connections(1),
            deadline: config.request_deadline(),
            metrics,
            audit,
            clock: now,
        };
        Self {
            sources,
            webhook,
            writer,
            written,
            directory,
        }
    }

    async fn loaded(sts: Reply, server: &str) -> Self {
        let line = Self::loading(sts, server).await;
        line.sources.start();
        line.are_loaded().await;
        line
    }

    async fn are_loaded(&self) {
        let is_loaded = |source: SourceReadiness| source.state == SourceState::Loaded;
        while !self.sources.readiness().into_iter().all(is_loaded) {
            tokio::task::yield_now().await;
        }
    }

    async fn decide(&self) -> Result<Granted, Refusal> {
        let body = serde_json::json!({
            "kind": "TokenReview",
            "apiVersion": "authentication.k8s.io/v1",
            "spec": {"token": token(parts(now()))},
        });
        let body = body.to_string();
        self.webhook
            .decide(&Review::parse(body.as_bytes()).unwrap(), now())
            .await
    }

    /// Every audit line.
    fn audit_lines(self) -> String {
        assert!(self.writer.finish(Duration::from_secs(60)));
        String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap()
    }

    /// The audit line of a decision, without what differs from one to the next.
    async fn audited(self) -> serde_json::Value {
        let outcome = self.decide().await;
        let latency = Duration::from_micros(1500);
        self.webhook.audit.record(&Decision {
            outcome: outcome.as_ref(),
            now: now(),
            latency,
        });
        assert!(self.writer.finish(Duration::from_secs(60)));
        let mut line: serde_json::Value =
            serde_json::from_slice(&self.written.0.lock().unwrap()).unwrap();
        line.as_object_mut().unwrap().remove("requestId").unwrap();
        let source = line.get_mut("source").and_then(|source| source.as_str());
        let path = self.directory.path().display().to_string();
        if let Some(source) = source.map(|source| source.replace(&path, "DIR")) {
            line["source"] = source.into();
        }
        line
    }
}

fn bob() -> Reply {
    identity(
        "111122223333",
        "arn:aws:iam::111122223333:user/Bob",
        "AIDABOB",
    )
}

#[tokio::test]
async fn nobody_is_denied_for_want_of_a_mapping_that_may_be_loading() {
    let line = Line::loading(alice(), ALICE).await;
    let refusal = line.decide().await.unwrap_err();
    assert_eq!(refusal.word(), "mappings_not_loaded");
    assert_eq!(refusal.class(), RefusalClass::Unavailable);
}

#[tokio::test]
async fn an_unmapped_caller_is_denied_once_everything_has_loaded() {
    let line = Line::loaded(bob(), ALICE).await;
    let refusal = line.decide().await.unwrap_err();
    assert_eq!(refusal.word(), "not_mapped");
    assert_eq!(refusal.class(), RefusalClass::Denied);
}

#[tokio::test]
async fn the_audit_line_of_a_grant_names_caller_user_and_mapping() {
    let expected = serde_json::json!({
        "audit": "authenticate",
        "time": "2023-11-14T22:13:20.042Z",
        "result": "granted",
        "reason": "granted",
        "username": "alice",
        "uid": "aws-iam-authenticator:111122223333:AIDAALICE",
        "groups": ["developers"],
        "arn": "arn:aws:iam::111122223333:user/Alice",
        "canonicalArn": "arn:aws:iam::111122223333:user/Alice",
        "account": "111122223333",
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "source": "MountedFile DIR/config.yaml mapUsers[0] line 4",
        "stsHost": "sts.us-east-1.amazonaws.com",
        "fromCache": false,
        "latencyMs": 1.5,
    });
    assert_eq!(Line::loaded(alice(), ALICE).await.audited().await, expected);
}

#[tokio::test]
async fn the_audit_line_of_an_unmapped_caller_names_him() {
    let expected = serde_json::json!({
        "audit": "authenticate",
        "time": "2023-11-14T22:13:20.042Z",
        "result": "denied",
        "reason": "not_mapped",
        "detail": "no mapping for arn:aws:iam::111122223333:user/Bob",
        "arn": "arn:aws:iam::111122223333:user/Bob",
        "canonicalArn": "arn:aws:iam::111122223333:user/Bob",
        "account": "111122223333",
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "stsHost": "sts.us-east-1.amazonaws.com",
        "fromCache": false,
        "latencyMs": 1.5,
    });
    assert_eq!(Line::loaded(bob(), ALICE).await.audited().await, expected);
}

#[tokio::test]
async fn the_audit_line_of_a_scrubbed_account_tells_nothing_of_the_principal() {
    let server = format!("  scrubbedAccounts: ['111122223333']\n{ALICE}");
    let expected = serde_json::json!({
        "audit": "authenticate",
        "time": "2023-11-14T22:13:20.042Z",
        "result": "granted",
        "reason": "granted",
        "username": "alice",
        "uid": "aws-iam-authenticator:administrative:alice",
        "groups": ["developers"],
        "source": "MountedFile DIR/config.yaml mapUsers[0] line 5",
        "stsHost": "sts.us-east-1.amazonaws.com",
        "fromCache": false,
        "scrubbed": true,
        "latencyMs": 1.5,
    });
    assert_eq!(
        Line::loaded(alice(), &server).await.audited().await,
        expected
    );
    let unmapped = Line::loaded(bob(), &server).await.audited().await;
    let expected = serde_json::json!({
        "audit": "authenticate",
        "time": "2023-11-14T22:13:20.042Z",
        "result": "denied",
        "reason": "not_mapped",
        "stsHost": "sts.us-east-1.amazonaws.com",
        "fromCache": false,
        "scrubbed": true,
        "latencyMs": 1.5,
    });
    assert_eq!(unmapped, expected);
}

fn post(path: &str) -> http::request::Builder {
    Request::builder()
        .method("POST")
        .uri(path)
        .header("content-type", "application/json")
}

#[test]
fn routes_by_path_then_method_then_type() {
    let plain = || Request::builder().method("POST").uri("/authenticate");
    let cases = [
        (post("/authenticate"), Ok(())),
        (post("/authenticate?timeout=30s"), Ok(())),
        (post("https://webhook/authenticate?x"), Ok(())),
        (
            plain().header("content-type", "Application/JSON; charset=utf-8"),
            Ok(()),
        ),
        (
            post("/authenticate").header("content-encoding", "identity"),
            Ok(()),
        ),
        (post("/"), Err(Rejection::Path(ONE_PATH))),
        (post("/authenticate/"), Err(Rejection::Path(ONE_PATH))),
        (post("/Authenticate"), Err(Rejection::Path(ONE_PATH))),
        (post("/authorize"), Err(Rejection::Path(NO_ACCESS_ENTRIES))),
        (post("/%61uthenticate"), Err(Rejection::Path(ONE_PATH))),
        (post("/authenticate").method("GET"), Err(Rejection::Method)),
        (post("/authenticate").method("PUT"), Err(Rejection::Method)),
        (post("/").method("GET"), Err(Rejection::Path(ONE_PATH))),
        (plain(), Err(Rejection::MediaType)),
        (
            plain().header("content-type", "text/plain"),
            Err(Rejection::MediaType),
        ),
        (
            plain().header("content-type", "application/jsonp"),
            Err(Rejection::MediaType),
        ),
        (
            plain().header("content-type", "application/yaml"),
            Err(Rejection::MediaType),
        ),
        (
            post("/authenticate").header("content-type", "text/x"),
            Err(Rejection::MediaType),
        ),
        (
            post("/authenticate").header("content-encoding", "gzip"),
            Err(Rejection::MediaType),
        ),
        (
            post("/authenticate")
                .header("content-encoding", "identity")
                .header("content-encoding", "gzip"),
            Err(Rejection::MediaType),
        ),
    ];
    for (builder, expected) in cases {
        let request = builder.body(()).unwrap();
        assert_eq!(
            route(&request, None::<&()>).map(drop),
            expected,
            "{request:?}"
        );
    }
}

#[test]
fn the_authorizer_is_asked_on_its_own_path_where_there_is_one() {
    let asked = |path: &str| route(&post(path).body(()).unwrap(), Some(&'a'));
    assert_eq!(asked("/authenticate"), Ok(None));
    assert_eq!(asked("/authorize?timeout=3s"), Ok(Some(&'a')));
    assert_eq!(asked("/"), Err(Rejection::Path(TWO_PATHS)));
    let got = post("/authorize").method("GET").body(()).unwrap();
    assert_eq!(route(&got, Some(&'a')), Err(Rejection::Method));
}

/// A webhook that knows alice by an access entry alone.
async fn with_entry(text: &str) -> Line {
    let server = "  backendMode: AccessEntries\n  accessEntries: [ENTRIES]\n";
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("entries.yaml");
    std::fs::write(&file, text).unwrap();
    let server = server.replace("ENTRIES", &file.display().to_string());
    let line = Line::loading(alice(), &server).await;
    line.sources.start();
    if !text.is_empty() {
        line.are_loaded().await;
    }
    line
}

const ENTRY: &str = "
- principalArn: arn:aws:iam::111122223333:user/Alice
  accessPolicies:
  - policyArn: arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy
    accessScope: {type: namespace, namespaces: [shop]}
";

/// The body by which kube-apiserver asks whether the user whom `/authenticate` found may do it.
fn access_review(user: &UserInfo<'_>, verb: &str) -> Vec<u8> {
    let extra = user
        .extra
        .iter()
        .map(|(key, value)| ((*key).to_owned(), serde_json::json!([value])));
    let review = serde_json::json!({
        "kind": "SubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1beta1",
        "spec": {
            "resourceAttributes": {"namespace": "shop", "verb": verb, "resource": "pods"},
            "user": user.username,
            "group": user.groups,
            "extra": extra.collect::<serde_json::Map<_, _>>(),
            "uid": user.uid,
        },
    });
    review.to_string().into_bytes()
}

#[tokio::test]
async fn whom_authenticate_let_in_by_an_entry_authorize_knows() {
    let line = with_entry(ENTRY).await;
    let granted = line.decide().await.unwrap();
    let user = granted.user();
    let webhook = &line.webhook;
    let authorizer = webhook.authorizer.as_ref().unwrap();
    let answered = |verb: &str| {
        let body = access_review(&user, verb);
        let review = AccessReview::parse(&body).unwrap();
        authorizer.authorize(&review).word
    };
    let allowed = Word::Allowed("AmazonEKSViewPolicy in the namespace shop".to_owned());
    assert_eq!(answered("list"), allowed);
    assert_eq!(answered("create"), Word::NoOpinion(NoOpinion::NotAllowed));
    for verb in ["list", "create"] {
        let answer = webhook.authorize(
            authorizer,
            &access_review(&user, verb),
            now(),
            Instant::now(),
        );
        assert_eq!(answer.unwrap().status(), StatusCode::OK);
    }
    let metrics = webhook.metrics.encode();
    for result in ["allowed", "no_opinion"] {
        let count =
            format!("authz_webhook_authorize_latency_seconds_count{{result=\"{result}\"}} 1");
        assert!(metrics.contains(&count), "{metrics}");
    }
    let line = line.audit_lines();
    let mut first: serde_json::Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    let source = first["source"].take().to_string();
    assert!(
        source.ends_with("entries.yaml accessEntries[0] line 2\""),
        "{source}"
    );
    for differs in ["requestId", "latencyMs", "source"] {
        first.as_object_mut().unwrap().remove(differs);
    }
    let arn = "arn:aws:iam::111122223333:user/Alice";
    let expected = serde_json::json!({
        "audit": "authorize",
        "time": "2023-11-14T22:13:20.042Z",
        "result": "allowed",
        "reason": "AmazonEKSViewPolicy in the namespace shop",
        "username": arn,
        "canonicalArn": arn,
        "verb": "list",
        "namespace": "shop",
        "resource": "pods",
    });
    assert_eq!(first, expected);
}

#[tokio::test]
async fn nothing_is_said_before_the_access_entries_have_loaded() {
    let known = with_entry(ENTRY).await.decide().await.unwrap();
    let known = known.user();
    let line = with_entry("").await;
    let authorizer = line.webhook.authorizer.as_ref().unwrap();
    let body = access_review(&known, "list");
    let answer = line
        .webhook
        .authorize(authorizer, &body, now(), Instant::now());
    assert_eq!(answer.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    let refusal = line.decide().await.unwrap_err();
    assert_eq!(refusal.word(), "mappings_not_loaded");
}
