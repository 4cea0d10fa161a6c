//! Documents of access entries, and what becomes of them.

use super::{AccessEntry, Attributes, Document, NonResource, Resource};

const POLICY: &str = "arn:aws:eks::aws:cluster-access-policy/";

/// One entry with the ARN of a role or user of our account, and more fields in flow style.
fn entry(principal: &str, fields: &str) -> String {
    format!("[{{principalArn: 'arn:aws:iam::111122223333:{principal}', {fields}}}]")
}

fn document(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn remarks(document: &Document) -> Vec<String> {
    let found = document.diagnostics.iter();
    found.map(ToString::to_string).collect()
}

/// Username, groups and bound policies.
fn names(entry: &AccessEntry) -> (String, Vec<String>, Vec<&str>) {
    let groups = entry.groups().iter().map(ToString::to_string).collect();
    let policies = entry.policies().iter();
    let policies = policies.map(|binding| binding.arn().name()).collect();
    (entry.username().to_string(), groups, policies)
}

#[test]
fn every_shape_holds_the_same_entry() {
    let role = "arn:aws:iam::111122223333:role/team/viewer";
    let scope = "{type: namespace, namespaces: [shop, 'dev-*']}";
    let policy = format!("{{policyArn: '{POLICY}AmazonEKSViewPolicy', accessScope: {scope}}}");
    let bound = format!("accessPolicies: [{policy}]");
    let described = format!(
        r#"{{"accessEntry": {{
            "clusterName": "demo",
            "principalArn": "{role}",
            "kubernetesGroups": [],
            "accessEntryArn": "arn:aws:eks:us-west-2:111122223333:access-entry/demo/role/111122223333/viewer/x",
            "createdAt": 1730000000.5,
            "modifiedAt": "2026-11-01T00:00:00+00:00",
            "tags": {{}},
            "username": "arn:aws:sts::111122223333:assumed-role/viewer/{{{{SessionName}}}}",
            "type": "STANDARD"
          }},
          "associatedAccessPolicies": [{{
            "policyArn": "{POLICY}AmazonEKSViewPolicy",
            "accessScope": {{"type": "namespace", "namespaces": ["shop", "dev-*"]}},
            "associatedAt": 1730000000.5,
            "modifiedAt": 1730000000.5
          }}],
          "clusterName": "demo",
          "principalArn": "{role}"
        }}"#
    );
    for text in [
        format!("- principalArn: {role}\n  {bound}\n"),
        format!("accessEntries:\n- principalArn: {role}\n  {bound}\n"),
        format!("accessEntry:\n  principalArn: {role}\n  {bound}\n"),
        format!("accessEntries: []\n---\n---\n- {{principalArn: '{role}', {bound}}}\n"),
        described,
    ] {
        let document = document(&text);
        assert_eq!(remarks(&document), Vec::<String>::new(), "{text}");
        let [entry] = document.entries.as_slice() else {
            panic!("one entry: {text}")
        };
        let username = "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}";
        let expected = (username.to_owned(), vec![], vec!["AmazonEKSViewPolicy"]);
        assert_eq!(names(entry), expected, "{text}");
        assert_eq!(entry.principal().to_string(), role);
        let key = "arn:aws:iam::111122223333:role/viewer";
        assert_eq!(entry.key().to_string(), key);
    }
}

#[test]
fn a_text_that_is_no_document_is_an_error_with_its_place() {
    for (text, expected) in [
        ("", "line 1, column 1: there is nothing"),
        ("# later\n", "line 1, column 1: there is nothing"),
        ("~", "line 1, column 1: there is nothing"),
        ("text", "line 1, column 1: this is neither"),
        ("kind: ConfigMap\n", "line 1, column 1: this is neither"),
        (
            "accessEntries:\n  a: b\n",
            "line 2, column 3: accessEntries is not a list",
        ),
        (
            "accessEntry: {}\naccessEntries: []\n",
            "line 1, column 1: this is neither",
        ),
        ("[]\n---\nx\n", "line 3, column 1: this is neither"),
    ] {
        let error = Document::parse(text).expect_err(text).to_string();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    assert!(Document::parse("accessEntries: [").is_err());
    assert_eq!(
        Document::parse("accessEntries: []"),
        Ok(Document::default())
    );
}

#[test]
fn eks_fills_in_the_username_and_the_groups_of_a_type() {
    let node = "system:node:{{EC2PrivateDNSName}}";
    let session = "system:node:{{SessionName}}";
    let nodes = ["system:bootstrappers", "system:nodes"];
    let windows = [&nodes[..], &["eks:kube-proxy-windows"]].concat();
    let fargate = [&nodes[..], &["system:node-proxier"]].concat();
    let nodes = nodes.to_vec();
    let sts = "arn:aws:sts::111122223333:assumed-role/R/{{SessionName}}";
    let user = "arn:aws:iam::111122223333:user/ops/U";
    for (principal, fields, username, groups) in [
        ("role/R", "", sts, vec![]),
        ("role/a/b/R", "type: STANDARD, username: ''", sts, vec![]),
        ("user/ops/U", "username: ~", user, vec![]),
        (
            "user/ops/U",
            "kubernetesGroups: [a, b]",
            user,
            vec!["a", "b"],
        ),
        (
            "role/R",
            "username: 'r:{{SessionName}}'",
            "r:{{SessionName}}",
            vec![],
        ),
        (
            "role/R",
            "username: 'a/{{AccountID}}'",
            "a/{{AccountID}}",
            vec![],
        ),
        ("role/R", "type: EC2_LINUX", node, nodes.clone()),
        (
            "role/R",
            "type: EC2_LINUX, kubernetesGroups: ['system:nodes']",
            node,
            nodes.clone(),
        ),
        ("role/R", "type: EC2_WINDOWS", node, windows),
        ("role/R", "type: FARGATE_LINUX", session, fargate),
        ("role/R", "type: EC2", node, vec![]),
        ("role/R", "type: HYBRID_LINUX", session, nodes.clone()),
        (
            "role/R",
            "type: HYPERPOD_LINUX, username: 'system:node:{{SessionName}}'",
            session,
            nodes,
        ),
    ] {
        let document = document(&entry(principal, fields));
        assert_eq!(remarks(&document), Vec::<String>::new(), "{fields}");
        let groups = groups.into_iter().map(str::to_owned).collect();
        let expected = (username.to_owned(), groups, vec![]);
        assert_eq!(names(&document.entries[0]), expected, "{fields}");
    }
}

/// Each row: a principal, more fields, and how the reason begins for which the entry is left out.
fn assert_left_out(rows: &[(&str, &str, &str)]) {
    for (principal, fields, expected) in rows {
        let good = "{principalArn: 'arn:aws:iam::111122223333:user/good'}";
        let bad = entry(principal, fields);
        let document = document(&format!("[{}, {good}]", bad.trim_matches(['[', ']'])));
        assert_eq!(document.entries.len(), 1, "{fields}: the other entry acts");
        let [found] = document.diagnostics.as_slice() else {
            panic!("{fields}: {:?}", document.diagnostics)
        };
        assert!(found.message.starts_with(expected), "{fields}: {found}");
        assert!(
            found.message.ends_with(": the entry is left out"),
            "{found}"
        );
        assert_eq!((found.index, found.position.line), (Some(0), 1));
    }
}

#[test]
fn an_entry_for_whom_eks_takes_none_is_left_out() {
    assert_left_out(&[
        ("root", "", "only users and roles can have access entries"),
        ("group/g", "", "principalArn: "),
        (
            "role/aws-service-role/x/R",
            "",
            "a service-linked role can have no",
        ),
        (
            "role/R",
            "type: standard",
            "type: it is none of STANDARD, EC2_LINUX",
        ),
        (
            "user/U",
            "type: EC2_LINUX",
            "an entry of type EC2_LINUX is for a role",
        ),
    ]);
}

#[test]
fn an_entry_with_a_username_that_eks_refuses_is_left_out() {
    let prefix = "the username begins with";
    let place = "{{SessionName}} stands in the username without a colon";
    assert_left_out(&[
        ("role/R", "username: 'system:x'", prefix),
        ("role/R", "username: 'eks:x'", prefix),
        ("role/R", "username: 'aws:x'", prefix),
        ("role/R", "username: 'amazon:x'", prefix),
        ("role/R", "username: 'iam:x'", prefix),
        ("role/R", "username: '{{SessionName}}'", place),
        ("role/R", "username: 'x-{{SessionName}}:'", place),
        (
            "role/R",
            "username: 'x{{SessionNameRaw}}'",
            "{{SessionNameRaw}} stands",
        ),
        (
            "role/R",
            "username: 'x:{{AccessKeyID}}'",
            "{{AccessKeyID}} cannot",
        ),
        (
            "role/R",
            "username: '{{EC2PrivateDNSName}}'",
            "{{EC2PrivateDNSName}} cannot",
        ),
        (
            "role/R",
            "username: 'x:{{Session}}'",
            "the username: unknown placeholder",
        ),
        (
            "role/R",
            "username: 012",
            "username is an integer, not text",
        ),
        ("role/R", "username: [x]", "username is not text"),
        (
            "role/R",
            "username: x, username: y",
            "username is given twice",
        ),
    ]);
}

#[test]
fn an_entry_with_a_group_that_eks_refuses_is_left_out() {
    assert_left_out(&[
        (
            "role/R",
            "kubernetesGroups: x",
            "kubernetesGroups is not a list",
        ),
        (
            "role/R",
            "kubernetesGroups: [1]",
            "a group is an integer, not text",
        ),
        ("role/R", "kubernetesGroups: ['']", "a group is empty"),
        (
            "role/R",
            "kubernetesGroups: ['system:masters']",
            "the group system:masters begins",
        ),
        (
            "role/R",
            "kubernetesGroups: ['g:{{AccountID}}']",
            "the group g:{{AccountID}} holds",
        ),
        (
            "role/R",
            "kubernetesGroups: ['g ']",
            "the group \"g \" has blanks",
        ),
    ]);
}

#[test]
fn a_nodes_entry_with_anything_of_its_own_is_left_out() {
    let cluster = "accessScope: {type: cluster}";
    let view = format!("accessPolicies: [{{policyArn: '{POLICY}AmazonEKSViewPolicy', {cluster}}}]");
    let own = "the username of an entry of type EC2_LINUX is system:node:";
    let needs = "an entry of type HYPERPOD_LINUX needs the username";
    let no_policies = "an entry of type FARGATE_LINUX can have no access policies";
    assert_left_out(&[
        ("role/R", "type: EC2_LINUX, username: node", own),
        (
            "role/R",
            "type: EC2_LINUX, kubernetesGroups: [g]",
            "an entry of type EC2_LINUX can name",
        ),
        ("role/R", "type: HYPERPOD_LINUX", needs),
        ("role/R", "type: HYPERPOD_LINUX, username: x", needs),
        (
            "role/R",
            &format!("type: FARGATE_LINUX, {view}"),
            no_policies,
        ),
    ]);
}

#[test]
fn what_is_no_entry_says_what_to_write() {
    let text = "accessEntries:\n\
                - arn:aws:iam::111122223333:role/R\n\
                - principalArn: arn:aws:sts::111122223333:assumed-role/R/session\n\
                - kubernetesGroups: [a]\n\
                - principal_arn: arn:aws:iam::111122223333:role/R\n";
    let expected = [
        "line 2, column 3: the item is not an entry: the entry is left out (write principalArn: \
         before the ARN, or describe the entry)",
        "line 3, column 17: a session can have no access entry: its role has one: the entry is \
         left out (write the role's ARN, with its path)",
        "line 4, column 3: principalArn is missing: the entry is left out",
        "line 5, column 3: unknown key principal_arn: it is not read (did you mean principalArn?)",
        "line 5, column 3: principalArn is missing: the entry is left out",
    ];
    assert_eq!(remarks(&document(text)), expected);
}

/// `policy` is left out with this reason, and what is bound beside it stays.
fn assert_policy_left_out(policy: &str, expected: &str) {
    let secrets = bound("AmazonEKSSecretReaderPolicy", "{type: cluster}");
    let fields = format!("accessPolicies: [{policy}, {secrets}]");
    let document = document(&entry("role/R", &fields));
    let (_, _, policies) = names(&document.entries[0]);
    assert_eq!(policies, ["AmazonEKSSecretReaderPolicy"], "{policy}");
    let [found] = document.diagnostics.as_slice() else {
        panic!("{policy}: {:?}", document.diagnostics)
    };
    assert!(found.message.starts_with(expected), "{policy}: {found}");
    assert!(
        found.message.ends_with(": the policy is left out"),
        "{found}"
    );
    assert_eq!(found.index, Some(0));
}

fn bound(name: &str, scope: &str) -> String {
    format!("{{policyArn: '{POLICY}{name}', accessScope: {scope}}}")
}

#[test]
fn a_policy_that_cannot_be_bound_is_left_out_and_the_entry_stays() {
    for (policy, expected) in [
        ("x", "the item is no policy with its scope: "),
        ("{accessScope: {type: cluster}}", "policyArn is missing: "),
        (
            "{policyArn: View, accessScope: {type: cluster}}",
            "policyArn: it is not of the form",
        ),
    ] {
        assert_policy_left_out(policy, expected);
    }
    let view = bound("AmazonEKSViewPolicy", "{type: cluster}");
    let without_scope = view.replace(", accessScope: {type: cluster}", "");
    assert_policy_left_out(&without_scope, "accessScope is missing: ");
    let of_gov = view.replace("arn:aws:", "arn:aws-us-gov:");
    assert_policy_left_out(&of_gov, "policyArn is of the partition aws-us-gov");
    for (scope, expected) in [
        ("cluster", "accessScope is not a mapping: "),
        ("{}", "the scope's type is missing: "),
        ("{type: Cluster}", "the scope's type is neither"),
        (
            "{type: cluster, namespaces: [a]}",
            "a scope of type cluster names",
        ),
        ("{type: namespace}", "a scope of type namespace names no"),
        (
            "{type: namespace, namespaces: [a, '*-b']}",
            "*-b: a namespace is",
        ),
    ] {
        assert_policy_left_out(&bound("AmazonEKSViewPolicy", scope), expected);
    }
}

#[test]
fn unknown_policies_keys_and_repetitions_are_warnings() {
    let text = format!(
        "- principalArn: arn:aws:iam::111122223333:role/R\n\
         - principalArn: arn:aws:iam::111122223333:role/path/r\n\
         \x20 userName: x\n\
         \x20 accessPolicies:\n\
         \x20 - {{policyArn: '{POLICY}AmazonEKSNewPolicy', accessScope: {{type: cluster}}}}\n\
         \x20 - {{policyArn: '{POLICY}AmazonEKSEventPolicy', accessScope: {{type: cluster}}}}\n\
         \x20 - {{policyArn: '{POLICY}AmazonEKSViewPolicy', accessScope: {{type: cluster}}}}\n\
         \x20 - policyArn: {POLICY}AmazonEKSViewPolicy\n\
         \x20   accessScope: {{type: namespace, namespaces: [a]}}\n"
    );
    let document = document(&text);
    let expected = [
        "line 2, column 3: the entry on line 1 is for the same principal: this one replaces it",
        "line 3, column 3: unknown key userName: it is not read (did you mean username?)",
        "line 5, column 5: the policy AmazonEKSNewPolicy is not known: it grants nothing here",
        "line 6, column 5: AWS does not publish what AmazonEKSEventPolicy allows: it grants \
         nothing here",
        "line 8, column 5: AmazonEKSViewPolicy is bound twice: this scope replaces the other",
    ];
    assert_eq!(remarks(&document), expected);
    let [entry] = document.entries.as_slice() else {
        panic!("the last one")
    };
    assert_eq!(entry.index(), 1);
    assert_eq!(
        allowed(entry, "get", "a", "pods"),
        "AmazonEKSViewPolicy in the namespace a"
    );
    assert_eq!(allowed(entry, "get", "b", "pods"), "");
}

fn allowed(entry: &AccessEntry, verb: &str, namespace: &str, resource: &str) -> String {
    let grant = entry.allows(&Attributes::Resource(Resource {
        verb,
        namespace,
        resource,
        ..Resource::default()
    }));
    grant.map(|grant| grant.to_string()).unwrap_or_default()
}

#[test]
fn the_first_policy_that_allows_a_request_is_named_with_its_scope() {
    let policies = [
        bound(
            "AmazonEKSAdminPolicy",
            "{type: namespace, namespaces: ['dev-*', shop]}",
        ),
        bound("AmazonEKSViewPolicy", "{type: cluster}"),
    ];
    let document = document(&entry(
        "role/R",
        &format!("accessPolicies: [{}]", policies.join(", ")),
    ));
    let entry = &document.entries[0];
    for (verb, namespace, resource, expected) in [
        (
            "create",
            "dev-1",
            "pods",
            "AmazonEKSAdminPolicy in the namespaces dev-*",
        ),
        (
            "create",
            "shop",
            "pods",
            "AmazonEKSAdminPolicy in the namespace shop",
        ),
        ("create", "dev", "pods", ""),
        ("get", "dev", "pods", "AmazonEKSViewPolicy in the cluster"),
        ("list", "", "pods", "AmazonEKSViewPolicy in the cluster"),
        ("list", "", "secrets", ""),
        (
            "list",
            "shop",
            "secrets",
            "AmazonEKSAdminPolicy in the namespace shop",
        ),
        ("list", "", "nodes", ""),
    ] {
        let found = allowed(entry, verb, namespace, resource);
        assert_eq!(found, expected, "{verb} {namespace} {resource}");
    }
    let path = Attributes::NonResource(NonResource {
        path: "/metrics",
        verb: "get",
    });
    assert_eq!(entry.allows(&path), None);
}
