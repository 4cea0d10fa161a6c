//! The control plane itself: what every cluster story stands on.

use std::{net::TcpStream, sync::OnceLock};

use e2e::support::{
    control_plane::{Audit, Binaries, ControlPlane, Options, Reaper, Site, binaries, kubeconfig},
    kubectl::Kubectl,
    sandbox::Sandbox,
};
use serde_json::json;

#[test]
fn serves_its_administrator_by_certificate_and_audits_the_call() {
    let Some((binaries, control_plane)) = shared() else {
        return;
    };
    let sandbox = Sandbox::new("admin");
    let admin = Kubectl::new(&sandbox, binaries, &control_plane.site().admin_kubeconfig());
    let whoami = admin.succeed(&["auth", "whoami", "--output=json"]).json();
    let user = &whoami["status"]["userInfo"];
    assert_eq!(user["username"], "admin");
    assert_eq!(
        user["groups"],
        json!(["system:masters", "system:authenticated"])
    );
    let audit = control_plane.audit_log().unwrap();
    assert!(
        audit
            .lines()
            .any(|line| line.contains(r#""user":{"username":"admin""#)),
        "{audit}"
    );
}

#[test]
fn gives_another_client_no_more_than_rbac_does() {
    let Some((binaries, control_plane)) = shared() else {
        return;
    };
    let sandbox = Sandbox::new("rbac");
    let site = control_plane.site();
    let reader = site.client_kubeconfig("reader").unwrap();
    let reader = Kubectl::new(&sandbox, binaries, &reader);
    let refused = reader
        .command(&["get", "configmaps", "--namespace=rbac-story"])
        .run();
    let message = "Error from server (Forbidden): configmaps is forbidden: User \"reader\" cannot \
                   list resource \"configmaps\" in API group \"\" in the namespace \"rbac-story\"\n";
    assert_eq!((refused.code, refused.stderr.as_str()), (Some(1), message));

    let admin = Kubectl::new(&sandbox, binaries, &site.admin_kubeconfig());
    admin.apply(&json!({ "apiVersion": "v1", "kind": "List", "items": [
        { "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "rbac-story" } },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": { "name": "reader", "namespace": "rbac-story" },
            "rules": [{ "apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"] }],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": { "name": "reader", "namespace": "rbac-story" },
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader",
            },
            "subjects": [
                { "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "reader" },
            ],
        },
    ] }));
    let listed = reader.succeed(&["get", "configmaps", "--namespace=rbac-story"]);
    assert_eq!(
        listed.stderr,
        "No resources found in rbac-story namespace.\n"
    );
}

#[test]
fn refuses_a_token_that_nobody_knows() {
    let Some((binaries, control_plane)) = shared() else {
        return;
    };
    let sandbox = Sandbox::new("token");
    let site = control_plane.site();
    let ca = std::fs::read_to_string(site.ca_file()).unwrap();
    let text = kubeconfig::with_token(site.address(), &ca, "nobody-issued-this");
    let stranger = Kubectl::new(&sandbox, binaries, &sandbox.write("kubeconfig", text));
    let refused = stranger.command(&["auth", "whoami"]).run();
    let message = "error: You must be logged in to the server (Unauthorized)\n";
    assert_eq!((refused.code, refused.stderr.as_str()), (Some(1), message));
}

#[test]
fn leaves_nothing_behind() {
    let Some(binaries) = binaries::for_tests() else {
        return;
    };
    let reaper = Reaper::start().unwrap();
    let site = Site::new(&reaper).unwrap();
    let (directory, address) = (site.directory().to_owned(), site.address());
    let control_plane = ControlPlane::start(binaries, site, &Options::default()).unwrap();
    TcpStream::connect(address).unwrap();
    drop(control_plane);
    drop(reaper);
    assert!(TcpStream::connect(address).is_err());
    assert!(!directory.exists());
}

fn shared() -> Option<(&'static Binaries, &'static ControlPlane)> {
    static SHARED: OnceLock<ControlPlane> = OnceLock::new();
    let binaries = binaries::for_tests()?;
    let start = || {
        let reaper = Reaper::start().expect("there is a shell");
        let site = Site::new(&reaper).expect("there is a place");
        let options = Options {
            audit: Audit::Metadata,
            ..Options::default()
        };
        ControlPlane::start(binaries, site, &options).expect("the control plane starts")
    };
    Some((binaries, SHARED.get_or_init(start)))
}
