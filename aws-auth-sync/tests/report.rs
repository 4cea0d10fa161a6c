//! Who may do what, told in every form.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_auth_sync::access_entries::AccessEntries;
use aws_auth_sync::combined::Combined;
use aws_auth_sync::explain::Explanation;
use aws_auth_sync::input::Input;
use aws_auth_sync::lint::{self, Settings};
use aws_auth_sync::rbac::Rbac;
use aws_auth_sync::report::{self, About, Report, Sources};
use aws_auth_sync::subject::Subject;
use iam_core::aws_auth::SsoRoleMatch;
use iam_core::time::Rfc3339;
use serde_json::{Value, json};

/// What a report is made from.
struct Scene {
    aws_auth: String,
    rbac: String,
    entries: String,
    since: Option<String>,
}

impl Scene {
    fn new(aws_auth: &Value, rbac: &[Value], entries: &Value) -> Self {
        Self {
            aws_auth: aws_auth.to_string(),
            rbac: json!({"kind": "List", "items": rbac}).to_string(),
            entries: entries.to_string(),
            since: None,
        }
    }

    /// The report in one of its forms.
    fn told(&self, form: impl Fn(&Report<'_>) -> String) -> String {
        let subjects = [
            subject("aws-auth.json", &self.aws_auth),
            subject("rbac.json", &self.rbac),
        ];
        let entries = AccessEntries::read(&[input("entries.json", &self.entries)]).unwrap();
        let rbac = Rbac::of_files(subjects[1].rbac.clone()).unwrap();
        let combined = Combined::new(&subjects);
        let since = self.since.as_deref().map(|text| subject("old.json", text));
        let before = since.map(|subject| Combined::new(&[subject]));
        let explain = |combined| Explanation::new(combined, &entries, SsoRoleMatch::Off);
        let about = About {
            scene: "demo".to_owned(),
            made: Rfc3339::nearest(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)),
            since: before.as_ref().map(|_| "old.json".to_owned()),
        };
        let earlier = before.as_ref().map(explain);
        let sources = Sources {
            explanation: &explain(&combined),
            before: earlier.as_ref(),
            rbac: &rbac,
            subjects: &subjects,
            findings: &lint::check(&subjects, &Settings::default()),
        };
        form(&Report::new(about, &sources))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.told(report::json)).unwrap()
    }
}

fn input(file: &str, text: &str) -> Input {
    Input {
        file: file.into(),
        bytes: text.as_bytes().to_vec(),
    }
}

fn subject(file: &str, text: &str) -> Subject {
    Subject::read(&input(file, text))
}

fn aws_auth(roles: &Value, users: &Value) -> Value {
    json!({"apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth", "roles": roles, "users": users})
}

fn role(name: &str, username: &str, groups: &[&str]) -> Value {
    let arn = format!("arn:aws:iam::111122223333:role/{name}");
    json!({"rolearn": arn, "username": username, "groups": groups})
}

fn binding(namespace: Option<&str>, name: &str, bound: &str, subject: &str) -> Value {
    let kind = namespace.map_or("ClusterRoleBinding", |_| "RoleBinding");
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "roleRef": {"kind": "ClusterRole", "name": bound},
        "subjects": [{"kind": "Group", "name": subject}],
    })
}

fn policy(name: &str, scope: &Value) -> Value {
    let arn = format!("arn:aws:eks::aws:cluster-access-policy/{name}");
    json!({"policyArn": arn, "accessScope": scope})
}

fn user_entry(name: &str, policies: &Value) -> Value {
    let arn = format!("arn:aws:iam::111122223333:user/{name}");
    json!([{"principalArn": arn, "username": name, "accessPolicies": policies}])
}

fn scene() -> Scene {
    let roles = json!([
        role("dev", "dev:{{SessionName}}", &["devs"]),
        role("chief", "chief", &["system:masters"]),
        role("team/lost", "lost", &["devs"]),
    ]);
    let users = json!([{"userarn": "arn:aws:iam::111122223333:user/ann", "username": "old"}]);
    let rbac = [
        binding(None, "look", "view", "devs"),
        binding(Some("shop"), "deploy", "edit", "devs"),
        binding(Some("bare"), "look", "view", "devs"),
        binding(Some("ops"), "sessions", "admin", "g"),
    ];
    let namespace = json!({"type": "namespace", "namespaces": ["dev-*"]});
    let policies = json!([policy("AmazonEKSViewPolicy", &namespace)]);
    Scene::new(
        &aws_auth(&roles, &users),
        &rbac,
        &user_entry("ann", &policies),
    )
}

#[test]
fn the_matrix_has_columns_only_where_somebody_may_do_something_else() {
    let json = scene().json();
    assert_eq!(json["namespaces"], json!(["dev-*", "shop"]));
    let rows: Vec<Value> = json["principals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let access = row["access"].as_array().unwrap().iter();
            let levels: Vec<&Value> = access.map(|cell| &cell["level"]).collect();
            json!([row["principal"], row["source"], row["username"], levels])
        })
        .collect();
    let arn = |name: &str| format!("arn:aws:iam::111122223333:{name}");
    let expected = json!([
        [
            arn("user/ann"),
            "accessEntry",
            "ann",
            ["none", "view", "none"]
        ],
        [
            arn("role/dev"),
            "awsAuth",
            "dev:{{SessionName}}",
            ["view", "view", "edit"]
        ],
        [
            arn("role/chief"),
            "awsAuth",
            "chief",
            ["everything", "everything", "everything"]
        ],
    ]);
    assert_eq!(Value::from(rows), expected);
    let idle: Vec<&Value> = json["idle"].as_array().unwrap().iter().collect();
    let of = |idle: &Value| (idle["arn"].clone(), idle["reason"].clone());
    let idle: Vec<(Value, Value)> = idle.into_iter().map(of).collect();
    let lost = "no caller is looked up by it; lint tells why";
    let shadowed = "the principal has an access entry, so aws-auth is not asked about it";
    let expected = [
        (json!(arn("role/team/lost")), json!(lost)),
        (json!(arn("user/ann")), json!(shadowed)),
    ];
    assert_eq!(idle, expected);
}

/// What makes the one principal of a scene an administrator.
fn through(groups: &[&str], rbac: &[Value], policies: &Value) -> Value {
    let roles = json!([role("one", "one", groups)]);
    let users = json!([]);
    let mut scene = Scene::new(&aws_auth(&roles, &users), rbac, &json!([]));
    if policies != &json!([]) {
        let arn = "arn:aws:iam::111122223333:role/one";
        scene.entries =
            json!([{"principalArn": arn, "username": "one", "accessPolicies": policies}])
                .to_string();
    }
    let administrators = scene.json()["administrators"].take();
    administrators[0]["through"].clone()
}

#[test]
fn administrators_by_rbac_are_told_by_what_makes_them_so() {
    let none = json!([]);
    let writer = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "writer"},
        "rules": [{
            "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["aws-auth"],
            "verbs": ["patch"],
        }],
    });
    let bound = |namespace, role| [writer.clone(), binding(namespace, "b", role, "g")];
    let group = "(Group g, rbac.json:1)";
    assert_eq!(
        through(&["system:masters"], &[], &none),
        json!(["system:masters, which passes by RBAC"])
    );
    for (namespace, role, expected) in [
        (
            None,
            "cluster-admin",
            json!([format!(
                "ClusterRoleBinding b {group}: ClusterRole cluster-admin"
            )]),
        ),
        (
            None,
            "admin",
            json!([format!("ClusterRoleBinding b {group}: ClusterRole admin")]),
        ),
        (None, "view", Value::Null),
        (Some("shop"), "cluster-admin", Value::Null),
        (Some("shop"), "writer", Value::Null),
        (
            Some("kube-system"),
            "writer",
            json!([format!(
                "writes aws-auth by RoleBinding kube-system/b {group}: ClusterRole writer"
            )]),
        ),
    ] {
        let told = through(&["g"], &bound(namespace, role), &none);
        assert_eq!(told, expected, "{role} in {namespace:?}");
    }
}

#[test]
fn administrators_by_a_policy_are_told_by_it() {
    let cluster = json!({"type": "cluster"});
    let kube = json!({"type": "namespace", "namespaces": ["kube-*"]});
    let shop = json!({"type": "namespace", "namespaces": ["shop"]});
    for (name, scope, expected) in [
        (
            "AmazonEKSClusterAdminPolicy",
            &cluster,
            json!(["AmazonEKSClusterAdminPolicy in the cluster"]),
        ),
        ("AmazonEKSClusterAdminPolicy", &shop, Value::Null),
        (
            "AmazonEKSEditPolicy",
            &cluster,
            json!(["writes aws-auth by AmazonEKSEditPolicy in the cluster"]),
        ),
        (
            "AmazonEKSEditPolicy",
            &kube,
            json!(["writes aws-auth by AmazonEKSEditPolicy in kube-*"]),
        ),
        ("AmazonEKSEditPolicy", &shop, Value::Null),
        ("AmazonEKSViewPolicy", &cluster, Value::Null),
    ] {
        let told = through(&[], &[], &json!([policy(name, scope)]));
        assert_eq!(told, expected, "{name} in {scope}");
    }
}

#[test]
fn what_changed_is_told_by_principal_with_what_it_means() {
    let mut scene = scene();
    let before = json!([
        role("DEV", "dev:{{SessionName}}", &["g"]),
        role("gone", "gone", &[])
    ]);
    let users = json!([{"userarn": "arn:aws:iam::111122223333:user/ann", "username": "other"}]);
    scene.since = Some(aws_auth(&before, &users).to_string());
    let text = scene.told(report::markdown);
    let changes: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with("### Changes"))
        .take_while(|line| !line.starts_with("### Access"))
        .collect();
    let expected = [
        "### Changes since old.json",
        "",
        "|  | Principal | What |",
        "|---|---|---|",
        "| added | arn:aws:iam::111122223333:role/chief | username: chief; groups: system:masters; everywhere: everything |",
        "| changed | arn:aws:iam::111122223333:role/dev | groups: devs, before g; everywhere: view, before –; bare: view, before –; ops: view, before admin, reads secrets; shop: edit, reads secrets, before – |",
        "| removed | arn:aws:iam::111122223333:role/gone | username: gone; groups: none; everywhere: – |",
        "",
    ];
    assert_eq!(changes, expected);
    let kinds: Vec<Value> = scene.json()["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            json!([
                change["change"],
                change["before"].is_null(),
                change["after"].is_null()
            ])
        })
        .collect();
    let expected = json!([
        ["added", true, false],
        ["changed", false, false],
        ["removed", false, true]
    ]);
    assert_eq!(Value::from(kinds), expected);

    scene.since = Some(scene.aws_auth.clone());
    assert_eq!(scene.json()["changes"], json!([]));
    assert!(
        scene
            .told(report::markdown)
            .contains("### Changes since old.json\n\nNone.\n")
    );
}

#[test]
fn markdown_holds_the_whole_report() {
    let expected = r"## Who may do what: demo

3 principals, 1 administrator, 3 findings, as of 2023-11-14T22:13:20Z

### Administrators

| Principal | Through | Entry |
|---|---|---|
| arn:aws:iam::111122223333:role/chief | system:masters, which passes by RBAC | aws-auth.json:1, mapRoles entry 1 |

### Access

| Principal | User | Groups | Everywhere | dev-\* | shop |
|---|---|---|---|---|---|
| arn:aws:iam::111122223333:user/ann | ann |  | – | view | – |
| arn:aws:iam::111122223333:role/dev | dev:{{SessionName}} | devs | view | view | edit, reads secrets |
| arn:aws:iam::111122223333:role/chief | chief | system:masters | everything | everything | everything |

view: to look at pods; edit: to run code in them; admin: to give rights to others; everything: cluster-admin or system:masters; some: less than to look at pods.

### Entries that let nobody in

| Entry | Place | Why |
|---|---|---|
| arn:aws:iam::111122223333:role/team/lost | aws-auth.json:1, mapRoles entry 2 | no caller is looked up by it; lint tells why |
| arn:aws:iam::111122223333:user/ann | aws-auth.json:1, mapUsers entry 0 | the principal has an access entry, so aws-auth is not asked about it |
";
    let text = scene().told(report::markdown);
    let (before, findings) = text.split_once("\n### Findings\n").unwrap();
    assert_eq!(before, expected);
    assert_eq!(
        findings
            .lines()
            .filter(|line| line.starts_with("| "))
            .count(),
        4
    );
}

/// The tags of a page, in their order: everything that a browser would take for markup.
fn tags(page: &str) -> Vec<&str> {
    let (_, body) = page.split_once("<body>").unwrap();
    let tags = body.split('<').skip(1);
    tags.map(|tag| tag.split('>').next().unwrap()).collect()
}

/// The tags before the findings, and those that these are told with.
fn parted(page: &str) -> (Vec<&str>, BTreeSet<&str>) {
    let mut tags = tags(page).into_iter();
    let is_before = |tag: &&str| *tag != "section id=findings";
    let before = tags.by_ref().take_while(is_before).collect();
    (before, tags.collect())
}

#[test]
fn a_name_can_be_no_markup_of_the_page() {
    let told = |name: &str| {
        let rule = json!({"apiGroups": [name], "resources": [name], "verbs": [name], "resourceNames": [name]});
        let bound = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": [rule],
        });
        let rbac = [bound, binding(Some(name), name, name, name)];
        let users = json!([{"userarn": name, "username": name, "groups": [name]}]);
        let roles = json!([role("a", name, &[name]), role(name, name, &[name])]);
        let mut scene = Scene::new(&aws_auth(&roles, &users), &rbac, &json!([]));
        scene.since = Some(aws_auth(&json!([role("b", name, &[name])]), &json!([])).to_string());
        scene.told(report::html)
    };
    let plain = told("p q");
    let known = parted(&plain).1;
    let known = known.into_iter().chain(["tr class=info"]).collect();
    for name in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</code></table></details></title></style><svg onload=alert(1)>",
        "<!-- <![CDATA[ &lt;b&gt;",
        "javascript:alert(1) {{",
    ] {
        let page = told(name);
        let (before, findings) = parted(&page);
        assert_eq!(before, parted(&plain).0, "{name}");
        // What lint finds in a name is another matter, but not with what it is told.
        let strange: Vec<_> = findings.difference(&known).collect();
        assert!(strange.is_empty(), "{name}: {strange:?}");
    }
    let hidden = told("x\u{202e}\u{200b}y");
    assert!(
        hidden.contains("x\\u{202e}\\u{200b}y"),
        "what is hidden is shown"
    );
    assert!(!hidden.contains(['\u{202e}', '\u{200b}']));
}

#[test]
fn the_page_lets_a_browser_load_and_run_nothing() {
    let page = scene().told(report::html);
    let (_, rest) = page
        .split_once("Content-Security-Policy content=\"")
        .unwrap();
    let (policy, _) = rest.split_once('"').unwrap();
    let (fixed, hash) = policy.split_once("style-src 'sha256-").unwrap();
    assert_eq!(
        fixed,
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
    );
    assert_eq!(hash.len(), 44 + 1);
    for word in [
        "<script", "<link", "<img", "http:", "https:", " style=", " on", "url(", "@import",
    ] {
        assert!(!tags(&page).concat().contains(word), "{word}");
    }
}

#[test]
fn without_bindings_every_form_says_that_rbac_is_not_known() {
    let roles = json!([role("dev", "dev", &["devs"])]);
    let scene = Scene::new(&aws_auth(&roles, &json!([])), &[], &json!([]));
    let caveat = "no binding is among what was read, so what RBAC gives is not known";
    assert_eq!(scene.json()["caveat"], json!(caveat));
    let told = format!("**Note:** {caveat}.\n");
    assert!(scene.told(report::markdown).contains(&told));
    let page = scene.told(report::html);
    let note = format!("<p role=note><strong>Note:</strong> {caveat}.</p>");
    assert!(page.contains(&note), "{page}");
    assert!(
        !page.contains("Roles and policies"),
        "nothing is under that heading"
    );

    let known = self::scene();
    assert_eq!(known.json()["caveat"], Value::Null);
    assert!(!known.told(report::html).contains("role=note"));
    assert!(
        known
            .told(report::html)
            .contains("<h2>Roles and policies</h2>")
    );
}
