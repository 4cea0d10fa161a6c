//! Access entries and modes: each call as it stands on the wire, and what is made of its answer.

use super::*;

const DEV: &str = "arn:aws:iam::111122223333:role/team/dev";
const DEV_PATH: &str =
    "/clusters/demo/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%2Fdev";
const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

/// What a question comes to, and the requests that it took: method, target and body.
fn came_to<T, const N: usize>(
    answers: [(&str, &str, &str); N],
    question: impl AsyncFnOnce(&Eks, &ClusterId) -> T,
) -> (T, [String; N]) {
    let peer = TestPeer::answering(answers.map(|(status, code, body)| {
        let kind = format!("x-amzn-errortype: {code}\r\n");
        answer(status, if code.is_empty() { "" } else { &kind }, body)
    }));
    let cluster = "demo".parse().unwrap();
    let found = asked(&peer, async |eks: &Eks| question(eks, &cluster).await);
    let heard = [(); N].map(|()| {
        let heard = peer.heard();
        let (head, body) = heard.split_once("\r\n\r\n").unwrap();
        let line = head.lines().next().unwrap().replace(" HTTP/1.1", "");
        format!("{line} {body}").trim_end().to_owned()
    });
    (found, heard)
}

fn ok(body: &str) -> (&str, &str, &str) {
    ("200 OK", "", body)
}

const NOT_FOUND: (&str, &str, &str) = (
    "404 Not Found",
    "ResourceNotFoundException",
    r#"{"message":"The specified principalArn could not be found."}"#,
);

#[test]
fn an_entry_is_described_with_its_policies() {
    let entry = format!(
        r#"{{"accessEntry":{{"clusterName":"demo","principalArn":"{DEV}","kubernetesGroups":["devs"],"accessEntryArn":"a","createdAt":1.7E9,"tags":{{"a":"b"}},"username":"dev:{{{{SessionName}}}}","type":"STANDARD"}}}}"#
    );
    let policies = format!(
        r#"{{"associatedAccessPolicies":[{{"policyArn":"{VIEW}","accessScope":{{"type":"namespace","namespaces":["a"]}},"associatedAt":1.7E9}}],"clusterName":"demo"}}"#
    );
    let (found, asked) = came_to([ok(&entry), ok(&policies)], async |eks, cluster| {
        eks.access_entries(cluster).describe(DEV).await
    });
    let expected = AccessEntry {
        principal_arn: DEV.to_owned(),
        entry_type: "STANDARD".to_owned(),
        username: "dev:{{SessionName}}".to_owned(),
        kubernetes_groups: vec!["devs".to_owned()],
        tags: [("a".to_owned(), "b".to_owned())].into(),
    };
    let policy = AccessPolicy {
        policy_arn: VIEW.to_owned(),
        access_scope: AccessScope {
            scope_type: "namespace".to_owned(),
            namespaces: vec!["a".to_owned()],
        },
    };
    assert_eq!(found.unwrap(), Some((expected, vec![policy])));
    let path = format!("GET {DEV_PATH}");
    assert_eq!(
        asked,
        [
            path.clone(),
            format!("{path}/access-policies?maxResults=100")
        ]
    );
    let (absent, _) = came_to([NOT_FOUND], async |eks, cluster| {
        eks.access_entries(cluster).describe(DEV).await
    });
    assert_eq!(absent.unwrap(), None);
}

#[test]
fn principals_are_those_of_all_pages() {
    let first = format!(r#"{{"accessEntries":["{DEV}"],"nextToken":"a+b"}}"#);
    let answers = [ok(&first), ok(r#"{"accessEntries":["x"]}"#)];
    let (found, asked) = came_to(answers, async |eks, cluster| {
        eks.access_entries(cluster).principals().await
    });
    assert_eq!(found.unwrap(), [DEV, "x"]);
    let path = "GET /clusters/demo/access-entries?maxResults=100";
    assert_eq!(asked, [path.to_owned(), format!("{path}&nextToken=a%2Bb")]);
}

#[test]
fn an_entry_is_made_with_what_is_given_alone() {
    let bare = NewEntry {
        principal_arn: DEV.to_owned(),
        entry_type: "EC2_LINUX".to_owned(),
        username: None,
        kubernetes_groups: Vec::new(),
        tags: std::collections::BTreeMap::new(),
    };
    let full = NewEntry {
        entry_type: "STANDARD".to_owned(),
        username: Some("dev".to_owned()),
        kubernetes_groups: vec!["devs".to_owned()],
        tags: [("by".to_owned(), "us".to_owned())].into(),
        ..bare.clone()
    };
    let taken = (
        "409 Conflict",
        "ResourceInUseException",
        r#"{"message":"in use"}"#,
    );
    let (found, asked) = came_to([ok("{}"), taken], async |eks, cluster| {
        let entries = eks.access_entries(cluster);
        [entries.create(&bare).await, entries.create(&full).await]
    });
    let found = found.map(|created| created.unwrap());
    assert_eq!(found, [Created::Done, Created::Taken]);
    let path = "POST /clusters/demo/access-entries";
    let expected = [
        format!(r#"{path} {{"principalArn":"{DEV}","type":"EC2_LINUX"}}"#),
        format!(
            r#"{path} {{"kubernetesGroups":["devs"],"principalArn":"{DEV}","tags":{{"by":"us"}},"type":"STANDARD","username":"dev"}}"#
        ),
    ];
    assert_eq!(asked, expected);
}

#[test]
fn an_entry_is_changed_by_one_call_each() {
    let policy = AccessPolicy {
        policy_arn: VIEW.to_owned(),
        access_scope: AccessScope::cluster(),
    };
    let groups = ["devs".to_owned()];
    let (found, asked) = came_to([ok("{}"), ok("{}"), ok("{}")], async |eks, cluster| {
        let entries = eks.access_entries(cluster);
        [
            entries.update(DEV, "dev", &groups).await,
            entries.associate(DEV, &policy).await,
            entries.disassociate(DEV, VIEW).await,
        ]
    });
    assert!(found.iter().all(Result::is_ok), "{found:?}");
    let expected = [
        format!(r#"POST {DEV_PATH} {{"kubernetesGroups":["devs"],"username":"dev"}}"#),
        format!(
            r#"POST {DEV_PATH}/access-policies {{"accessScope":{{"type":"cluster"}},"policyArn":"{VIEW}"}}"#
        ),
        format!(
            "DELETE {DEV_PATH}/access-policies/arn%3Aaws%3Aeks%3A%3Aaws%3Acluster-access-policy%2FAmazonEKSViewPolicy"
        ),
    ];
    assert_eq!(asked, expected);
}

#[test]
fn a_mode_is_read_switched_and_waited_for() {
    let state = r#"{"cluster":{"arn":"arn:c","status":"ACTIVE","accessConfig":{"authenticationMode":"CONFIG_MAP"}}}"#;
    let begun = r#"{"update":{"id":"u/1","status":"InProgress","errors":[]}}"#;
    let failed = r#"{"update":{"id":"u/1","status":"Failed","errors":[{"errorCode":"Unknown","errorMessage":"no"}]}}"#;
    let answers = [ok(state), ok(begun), ok(failed)];
    let ((found, begun, ended), asked) = came_to(answers, async |eks, cluster| {
        let mode = AuthenticationMode::ApiAndConfigMap;
        (
            eks.cluster_state(cluster).await.unwrap(),
            eks.set_authentication_mode(cluster, mode).await.unwrap(),
            eks.describe_update(cluster, "u/1").await.unwrap(),
        )
    });
    let expected = ClusterState {
        arn: "arn:c".to_owned(),
        status: "ACTIVE".to_owned(),
        mode: AuthenticationMode::ConfigMap,
    };
    assert_eq!(found, expected);
    assert_eq!(
        (begun.id.as_str(), begun.status.as_str()),
        ("u/1", "InProgress")
    );
    assert_eq!(ended.errors.first().unwrap().error_message, "no");
    let expected = [
        "GET /clusters/demo",
        r#"POST /clusters/demo/update-config {"accessConfig":{"authenticationMode":"API_AND_CONFIG_MAP"}}"#,
        "GET /clusters/demo/updates/u%2F1",
    ];
    assert_eq!(asked, expected);
}

#[test]
fn a_refusal_names_what_was_done_to_whom_and_what_it_takes() {
    let denied = (
        "403 Forbidden",
        "AccessDeniedException",
        r#"{"message":"User: x is not authorized"}"#,
    );
    let (refused, _) = came_to([denied], async |eks, cluster| {
        let entries = eks.access_entries(cluster);
        entries.update(DEV, "dev", &[]).await
    });
    let error = refused.unwrap_err();
    assert_eq!(
        ErrorChain(&error).to_string(),
        format!(
            "updating the access entry of {DEV}: AccessDeniedException: User: x is not authorized"
        )
    );
    let hint = "the caller's policies must allow eks:UpdateAccessEntry";
    assert_eq!(error.hint().as_deref(), Some(hint));
    assert!(!error.is_about_the_way());
    for (code, expected) in [
        ("ExpiredTokenException", true),
        ("", true),
        ("InvalidParameterException", false),
    ] {
        let answer = ("403 Forbidden", code, "{}");
        let (refused, _) = came_to([answer], async |eks, cluster| {
            eks.access_entries(cluster).disassociate(DEV, VIEW).await
        });
        assert_eq!(refused.unwrap_err().is_about_the_way(), expected, "{code}");
    }
}
