//! Who may do what by which entry.

use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::config::{Config, Overrides};
use crate::mappings::{AccessDocument, AccessTable, Held, Loading};
use crate::metrics::Metrics;

const ENTRIES: &str = "
- principalArn: arn:aws:iam::111122223333:role/team/Dev
  username: dev:{{SessionName}}
  accessPolicies:
  - policyArn: arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy
    accessScope: {type: namespace, namespaces: [shop, 'dev-*']}
- principalArn: arn:aws:iam::111122223333:user/ops/Alice
  accessPolicies:
  - policyArn: arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy
    accessScope: {type: cluster}
- principalArn: arn:aws:iam::444455556666:role/Dev
  username: other
  accessPolicies:
  - policyArn: arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy
    accessScope: {type: cluster}
- principalArn: arn:aws:iam::111122223333:role/Bare
  username: bare
- principalArn: arn:aws:iam::111122223333:role/Node
  type: EC2_LINUX
";

/// Decides by `ENTRIES`; the account 444455556666 is scrubbed.
fn authorizer(loading: Loading) -> Authorizer {
    let text = "clusterID: c\nserver:\n  backendMode: [MountedFile, AccessEntries]\n  \
                accessEntries: [entries.yaml]\n  scrubbedAccounts: ['444455556666']\n";
    let config = Config::parse(Path::new("config.yaml"), text, &Overrides::default()).unwrap();
    let sources = Sources::open(&config, Arc::new(Metrics::new())).unwrap();
    let document = iam_core::access_entry::Document::parse(ENTRIES).unwrap();
    let table = AccessTable::of(&[AccessDocument::new("entries.yaml", &document)]);
    sources.hold(1, &Held::AccessEntries(table), loading);
    Authorizer::new(Arc::new(sources), Scrub::new(config.scrubbed_accounts()))
}

fn role(account: &str, role: &str, user: &str) -> Value {
    json!({
        "user": user,
        "uid": format!("aws-iam-authenticator:{account}:AROAX"),
        "extra": {
            "accessKeyId": ["ASIAIOSFODNN7EXAMPLE"],
            "arn": [format!("arn:aws:sts::{account}:assumed-role/{role}/jane")],
            "canonicalArn": [format!("arn:aws:iam::{account}:role/{role}")],
            "principalId": ["AROAX"],
            "sessionName": ["jane"],
            "sigs.k8s.io/aws-iam-authenticator/principalId": ["AROAX"],
        },
    })
}

fn alice() -> Value {
    let arn = "arn:aws:iam::111122223333:user/ops/Alice";
    json!({
        "user": arn,
        "uid": "aws-iam-authenticator:111122223333:AIDAX",
        "extra": {
            "accessKeyId": ["AKIAIOSFODNN7EXAMPLE"],
            "arn": [arn],
            "canonicalArn": [arn],
            "principalId": ["AIDAX"],
            "sessionName": [""],
            "sigs.k8s.io/aws-iam-authenticator/principalId": ["AIDAX"],
        },
    })
}

fn opinion(authorizer: &Authorizer, user: &Value, asked: &Value) -> Opinion {
    let mut spec = user.clone();
    let kind = match asked.get("path") {
        Some(_) => "nonResourceAttributes",
        None => "resourceAttributes",
    };
    spec[kind] = asked.clone();
    let body = json!({
        "kind": "SubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "spec": spec,
    });
    let body = body.to_string();
    authorizer.authorize(&AccessReview::parse(body.as_bytes()).unwrap())
}

fn get(namespace: &str, resource: &str) -> Value {
    json!({"verb": "get", "namespace": namespace, "resource": resource, "version": "v1"})
}

#[test]
fn the_policies_of_the_callers_own_entry_decide() {
    let authorizer = authorizer(Loading::Done);
    let allowed = |reason: &str| Word::Allowed(reason.to_owned());
    let none = Word::NoOpinion;
    let dev = role("111122223333", "Dev", "dev:jane");
    let metrics = json!({"path": "/metrics", "verb": "get"});
    let somebody = json!({"user": "system:kube-scheduler", "groups": ["system:masters"]});
    for (user, asked, expected) in [
        (
            &dev,
            get("shop", "pods"),
            allowed("AmazonEKSViewPolicy in the namespace shop"),
        ),
        (
            &dev,
            get("dev-1", "pods"),
            allowed("AmazonEKSViewPolicy in the namespaces dev-*"),
        ),
        (&dev, get("shop", "secrets"), none(NoOpinion::NotAllowed)),
        (&dev, get("other", "pods"), none(NoOpinion::NotAllowed)),
        (&dev, get("", "pods"), none(NoOpinion::NotAllowed)),
        (&dev, metrics.clone(), none(NoOpinion::NotAllowed)),
        (
            &alice(),
            metrics,
            allowed("AmazonEKSClusterAdminPolicy in the cluster"),
        ),
        (
            &alice(),
            get("", "nodes"),
            allowed("AmazonEKSClusterAdminPolicy in the cluster"),
        ),
        (
            &role("111122223333", "Dev", "dev:john"),
            get("shop", "pods"),
            none(NoOpinion::OtherUsername),
        ),
        (
            &role("111122223333", "Bare", "bare"),
            get("shop", "pods"),
            none(NoOpinion::NotAllowed),
        ),
        (
            &role("111122223333", "Other", "x"),
            get("shop", "pods"),
            none(NoOpinion::NoEntry),
        ),
        (
            &role("444455556666", "Dev", "other"),
            get("shop", "pods"),
            none(NoOpinion::NoPrincipal),
        ),
        (&somebody, get("shop", "pods"), none(NoOpinion::NoPrincipal)),
    ] {
        assert_eq!(
            opinion(&authorizer, user, &asked).word,
            expected,
            "{user} {asked}"
        );
    }
}

#[test]
fn a_node_is_told_that_no_policy_allows_it_and_not_that_its_name_is_another() {
    let node = role("111122223333", "Node", "system:node:ip-10-0-0-1");
    let word = opinion(&authorizer(Loading::Done), &node, &get("shop", "pods")).word;
    assert_eq!(word, Word::NoOpinion(NoOpinion::NotAllowed));
}

#[test]
fn the_entry_that_had_a_say_is_named_with_its_place() {
    let authorizer = authorizer(Loading::Done);
    let of_alice = opinion(&authorizer, &alice(), &get("", "nodes"));
    let place = of_alice.source.map(|place| place.to_string());
    let expected = "AccessEntries entries.yaml accessEntries[1] line 7";
    assert_eq!(place.as_deref(), Some(expected));
    let scrubbed = role("444455556666", "Dev", "other");
    let of_scrubbed = opinion(&authorizer, &scrubbed, &get("", "nodes"));
    assert_eq!((of_scrubbed.principal, of_scrubbed.source), (None, None));
}

#[test]
fn nothing_is_said_of_an_iam_principal_before_its_entry_could_be_known() {
    let authorizer = authorizer(Loading::Unchanged);
    let word = |user: &Value| opinion(&authorizer, user, &get("shop", "pods")).word;
    let known = Word::Allowed("AmazonEKSClusterAdminPolicy in the cluster".to_owned());
    assert_eq!(word(&alice()), known);
    assert_eq!(word(&role("111122223333", "Other", "x")), Word::NotLoaded);
    let nobody = json!({"user": "system:kube-scheduler"});
    assert_eq!(word(&nobody), Word::NoOpinion(NoOpinion::NoPrincipal));
}
