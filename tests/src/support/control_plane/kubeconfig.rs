//! Kubeconfig files of the control plane's own clients. JSON is YAML: kubectl reads it as it is.

use std::{net::SocketAddr, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::support::pki::Leaf;

/// A kubeconfig that authenticates with a client certificate, everything inside the file.
#[must_use]
pub fn with_certificate(server: SocketAddr, ca: &str, client: &Leaf) -> String {
    let user = json!({
        "client-certificate-data": BASE64_STANDARD.encode(&client.certificate_pem),
        "client-key-data": BASE64_STANDARD.encode(&client.key_pem),
    });
    kubeconfig(server, ca, user)
}

/// A kubeconfig that authenticates with a bearer token.
#[must_use]
pub fn with_token(server: SocketAddr, ca: &str, token: &str) -> String {
    kubeconfig(server, ca, json!({ "token": token }))
}

/// A kubeconfig that authenticates with what a plugin says.
#[must_use]
pub fn with_plugin(server: SocketAddr, ca: &str, command: &Path, args: &[&str]) -> String {
    let exec = json!({
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": command,
        "args": args,
        "interactiveMode": "Never",
    });
    kubeconfig(server, ca, json!({ "exec": exec }))
}

fn kubeconfig(server: SocketAddr, ca: &str, user: Value) -> String {
    let document = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{
            "name": "local",
            "cluster": {
                "server": format!("https://{server}"),
                "certificate-authority-data": BASE64_STANDARD.encode(ca),
            },
        }],
        "users": [{ "name": "client", "user": user }],
        "contexts": [{ "name": "local", "context": { "cluster": "local", "user": "client" } }],
        "current-context": "local",
    });
    format!("{document:#}\n")
}
