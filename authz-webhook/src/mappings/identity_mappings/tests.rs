//! What acts of objects, whatever the cluster's schema lets through.

use std::sync::Arc;

use iam_core::principal::Principal;
use serde_json::{Value, json};

use super::object::Compiled;
use super::*;
use crate::config::{BackendMode, Overrides};
use crate::mappings::{SourceState, Sources};
use crate::metrics::Metrics;

fn compiled(objects: &[(&str, Value)]) -> Compiled {
    let objects = objects.iter().map(|(name, data)| {
        let mut object = data.clone();
        object["apiVersion"] = json!("iamauthenticator.k8s.aws/v1alpha1");
        object["kind"] = json!("IAMIdentityMapping");
        object["metadata"] = json!({ "name": name, "resourceVersion": "7" });
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        IdentityMapping::of(object)
    });
    compile(&objects.collect::<BTreeMap<_, _>>())
}

fn spec(arn: &str, username: &str) -> Value {
    json!({ "spec": { "arn": arn, "username": username } })
}

fn mapped(compiled: &Compiled, arn: &str) -> Option<(String, String)> {
    let principal: Principal = arn.parse().unwrap();
    let hit = compiled.table.find(BackendMode::Crd, &principal.key())?;
    Some((hit.names?.username.to_string(), hit.place.to_string()))
}

fn told(compiled: &Compiled) -> Vec<String> {
    compiled
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_spec_maps_and_a_status_does_not() {
    let mut liar = spec("arn:aws:iam::111122223333:user/alice", "alice");
    liar["status"] = json!({ "canonicalARN": "arn:aws:iam::111122223333:user/mallory" });
    let compiled = compiled(&[("a", liar)]);
    let of_a = (
        "alice".to_owned(),
        "CRD iamidentitymappings/a spec".to_owned(),
    );
    assert_eq!(
        mapped(&compiled, "arn:aws:iam::111122223333:user/ALICE"),
        Some(of_a)
    );
    assert_eq!(
        mapped(&compiled, "arn:aws:iam::111122223333:user/mallory"),
        None
    );
}

#[test]
fn an_object_that_says_too_little_is_left_out_alone() {
    let user = "arn:aws:iam::111122223333:user/alice";
    let compiled = compiled(&[
        ("a-nothing", json!({})),
        ("b-null", json!({ "spec": null })),
        (
            "c-groups",
            json!({ "spec": { "arn": user, "username": "u", "groups": "g" } }),
        ),
        (
            "d-group",
            json!({ "spec": { "arn": user, "username": "u", "groups": [7] } }),
        ),
        ("e-name", spec(user, "")),
        (
            "f-session",
            spec("arn:aws:sts::111122223333:assumed-role/Role/jane", "u"),
        ),
        ("g-account", spec("111122223333", "u")),
        (
            "h-masters",
            json!({ "spec": { "arn": user, "username": "u", "groups": ["system:unauthenticated"] } }),
        ),
        ("i-good", spec(user, "good")),
    ]);
    let good = (
        "good".to_owned(),
        "CRD iamidentitymappings/i-good spec".to_owned(),
    );
    assert_eq!(mapped(&compiled, user), Some(good));
    assert_eq!((compiled.table.len(), compiled.table.dropped()), (1, 8));
    let told = told(&compiled);
    let table = [
        "iamidentitymappings/a-nothing: spec.arn is missing: it is left out",
        "iamidentitymappings/b-null: spec.arn is missing: it is left out",
        "iamidentitymappings/c-groups: groups is no list: it is left out",
        "iamidentitymappings/d-group: a group is no text: it is left out",
        "iamidentitymappings/e-name: the username is missing: it is left out (add a username, of text)",
    ];
    assert_eq!(told.get(..5), Some(&table.map(str::to_owned)[..]));
    assert!(
        told.iter()
            .skip(5)
            .all(|told| told.contains(": it is left out")),
        "{told:#?}"
    );
    let wished: Vec<&str> = compiled
        .wishes
        .iter()
        .map(|wish| wish.name.as_str())
        .collect();
    assert_eq!(
        wished,
        ["i-good"],
        "nothing is claimed of what does not act"
    );
}

#[test]
fn of_several_objects_for_one_principal_the_last_by_name_acts() {
    let role = |path: &str| format!("arn:aws:iam::111122223333:role/{path}");
    let compiled = compiled(&[
        ("b", spec(&role("team/Ops"), "b")),
        ("a", spec(&role("ops"), "a")),
        ("c", spec(&role("OPS"), "")),
    ]);
    let last = ("b".to_owned(), "CRD iamidentitymappings/b spec".to_owned());
    assert_eq!(mapped(&compiled, &role("Ops")), Some(last));
    let expected = "iamidentitymappings/b: iamidentitymappings/a names the same principal: this one \
                    replaces it";
    assert!(told(&compiled).iter().any(|told| told == expected));
}

#[test]
fn a_status_is_wished_for_where_it_does_not_say_so_already() {
    let arn = "arn:aws:iam::111122223333:role/Team/Ops";
    let with_status = |canonical: &str| {
        let mut object = spec(arn, "ops");
        object["status"] = json!({ "canonicalARN": canonical, "userID": "" });
        object
    };
    // As aws-iam-authenticator spells it: in lower case, with the path.
    let canonical = "arn:aws:iam::111122223333:role/team/ops";
    let wish = StatusWish {
        name: "a".to_owned(),
        resource_version: Some("7".to_owned()),
        canonical_arn: canonical.to_owned(),
    };
    for object in [spec(arn, "ops"), with_status(arn)] {
        let wishes = compiled(&[("a", object)]).wishes;
        assert_eq!(wishes, std::slice::from_ref(&wish));
    }
    assert_eq!(compiled(&[("a", with_status(canonical))]).wishes, []);
}

/// Every second of an outage would otherwise begin with the shortest pause.
#[tokio::test]
async fn an_api_server_that_is_away_has_said_nothing() {
    let home = tempfile::tempdir().unwrap();
    let kubeconfig = home.path().join("kubeconfig.yaml");
    let nobody = "apiVersion: v1\nkind: Config\n\
                  clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\n\
                  users: [{name: u, user: {}}]\n\
                  contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n";
    std::fs::write(&kubeconfig, nobody).unwrap();
    let text = format!(
        "clusterID: c\nserver: {{backendMode: [CRD], kubeconfig: {}}}\n",
        kubeconfig.display()
    );
    let path = home.path().join("config.yaml");
    let config = Config::parse(&path, &text, &Overrides::default()).unwrap();
    let sources = Arc::new(Sources::open(&config, Arc::new(Metrics::new())).unwrap());
    let mut objects = Objects {
        publisher: Publisher {
            sources: Arc::clone(&sources),
            index: 0,
            mode: BackendMode::Crd,
        },
        known: BTreeMap::new(),
        pending: None,
        told: Remarks::default(),
        wishes: watch::Sender::new(Vec::new()),
    };
    assert_eq!(objects.watch_once(&config).await, Told::Nothing);
    let [source] = sources.readiness().try_into().unwrap();
    assert!(matches!(source.state, SourceState::Loading(Some(_))));
}
