//! The page of `aws-auth-sync report`, in a real browser.

use std::path::{Path, PathBuf};

use e2e::support::chromium::{Chromium, Opened, Scheme};
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn a_browser_shows_the_page_and_asks_nobody_for_anything() {
    let sandbox = Sandbox::new("page");
    let Some(chromium) = Chromium::for_story(&sandbox, "the page in a browser") else {
        return;
    };
    let page = page(&sandbox, "shop");
    let opened = chromium.open(&page, Scheme::Light);
    let nothing: [String; 0] = [];
    assert_eq!(opened.console, nothing);
    assert_eq!(opened.requests, nothing);
    assert!(opened.document.contains("<h1>Who may do what</h1>"));
    assert_eq!(opened.document.matches("<dl id=\"principal-").count(), 3);
}

#[test]
fn the_page_is_readable_in_both_schemes_on_every_width_and_by_keyboard() {
    let sandbox = Sandbox::new("page");
    let Some(chromium) = Chromium::for_story(&sandbox, "the page in a browser") else {
        return;
    };
    let page = page(&sandbox, "shop");
    for (scheme, ground) in [
        (Scheme::Light, "rgb(255, 255, 255)"),
        (Scheme::Dark, "rgb(15, 20, 25)"),
    ] {
        for width in [360, 1200] {
            let seen = looked_at(&sandbox, &chromium, &page, width, scheme);
            let expected = json!({
                "title": format!("Who may do what: {0}/aws-auth.json, {0}/rbac.json", sandbox.path().display()),
                "ground": ground,
                "rows": 3,
                "columns": 3,
                "foreign": 0,
                "unreadable": [],
                "wider": false,
                "unreachable": 0,
                "lost": [],
            });
            assert_eq!(seen, expected, "{scheme:?}, {width} pixels");
        }
    }
}

#[test]
fn names_that_are_markup_stay_names_in_a_browser() {
    let sandbox = Sandbox::new("page");
    let Some(chromium) = Chromium::for_story(&sandbox, "the page in a browser") else {
        return;
    };
    let name = "</code></title></style><script>console.error('in')</script>\
                <img src='http://127.0.0.1:9/x' onerror=\"console.error('in')\">";
    let page = page(&sandbox, name);
    let opened = chromium.open(&page, Scheme::Light);
    let nothing: [String; 0] = [];
    assert_eq!(
        (opened.console, opened.requests),
        (nothing.to_vec(), nothing.to_vec())
    );
    let seen = looked_at(&sandbox, &chromium, &page, 1200, Scheme::Light);
    assert_eq!((&seen["rows"], &seen["foreign"]), (&json!(3), &json!(0)));
}

/// The means by which the others would hear of it.
#[test]
fn what_a_page_runs_and_asks_for_is_heard_of() {
    let sandbox = Sandbox::new("page");
    let Some(chromium) = Chromium::for_story(&sandbox, "a page that does what it must not") else {
        return;
    };
    let image = "http://127.0.0.1:9/x";
    let page = format!("<!DOCTYPE html><img src='{image}'><script>console.error('in')</script>");
    let page = sandbox.write("bad.html", page);
    let Opened {
        console, requests, ..
    } = chromium.open(&page, Scheme::Light);
    assert_eq!(requests, [image]);
    assert!(
        console.iter().any(|line| line.contains("\"in\"")),
        "{console:?}"
    );
}

/// The page of three principals, one of them bound in the namespace `namespace` alone.
fn page(sandbox: &Sandbox, namespace: &str) -> PathBuf {
    let roles = json!([
        { "rolearn": "arn:aws:iam::111122223333:role/dev", "username": "dev:{{SessionName}}", "groups": [namespace] },
        { "rolearn": "arn:aws:iam::111122223333:role/chief", "username": "chief", "groups": ["system:masters"] },
        { "rolearn": "arn:aws:iam::111122223333:role/nobody", "username": "nobody", "groups": ["nobodies"] },
        { "rolearn": "arn:aws:iam::111122223333:role/team/lost", "username": namespace, "groups": [] },
    ]);
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "name": namespace, "namespace": namespace },
        "roleRef": { "kind": "ClusterRole", "name": "edit" },
        "subjects": [{ "kind": "Group", "name": namespace }],
    });
    let source = |roles: &Value| json!({ "apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth", "roles": roles });
    let write = |name: &str, value: &Value| sandbox.write(name, value.to_string());
    let old = write("old.json", &source(&json!([])));
    let page = sandbox.path().join("page.html");
    let report = sandbox
        .command(Program::AwsAuthSync)
        .args(["report", "--html"]);
    let output = report
        .arg(&page)
        .arg("--since")
        .arg(old)
        .arg(write("aws-auth.json", &source(&roles)))
        .arg(write("rbac.json", &binding))
        .succeed();
    assert_eq!(output.stdout, "");
    page
}

/// What a script finds that looks at the page in a frame of that width, from outside.
fn looked_at(
    sandbox: &Sandbox,
    chromium: &Chromium<'_>,
    page: &Path,
    width: u16,
    scheme: Scheme,
) -> Value {
    let text = std::fs::read_to_string(page).expect("the page can be read");
    let quoted = text.replace('&', "&amp;").replace('"', "&quot;");
    let frame = format!("<iframe id=frame width={width} height=800 srcdoc=\"{quoted}\"></iframe>");
    let script = include_str!("look.js");
    let outside = format!(
        "<!DOCTYPE html><meta name=color-scheme content=\"light dark\">{frame}<pre id=seen></pre>\
         <script>{script}</script>"
    );
    let outside = sandbox.write("outside.html", outside);
    let opened = chromium.open(&outside, scheme);
    let (_, seen) = opened
        .document
        .rsplit_once("<pre id=\"seen\">")
        .expect("the frame is there");
    let (seen, _) = seen.split_once("</pre>").expect("the frame ends");
    serde_json::from_str(
        &seen
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">"),
    )
    .expect("the script has looked")
}
