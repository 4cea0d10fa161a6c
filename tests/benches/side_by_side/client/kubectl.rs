//! The real kubectl, with a static token and with plugins, before a server that takes any.

use std::path::Path;

use e2e::support::control_plane::{binaries, kubeconfig};
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use hyper::body::Bytes;

use super::lab::Lab;
use super::row::{Row, wall};
use crate::floor::Floor;
use crate::table::{Bar, Figure};

/// A call with token-exec beside one with a static token; with the peer, where there is one.
pub(super) fn figures(
    lab: &Lab,
    token_exec: &Path,
    authenticator: Option<&Path>,
    rounds: usize,
) -> Vec<Figure> {
    let Some(binaries) = binaries::for_tests() else {
        return Vec::new();
    };
    let sandbox = Sandbox::new("bench");
    let ca = Ca::new("bench");
    let leaf = ca.server(&["localhost", "127.0.0.1"]);
    let server = Floor::start(
        &sandbox,
        &leaf,
        &Bytes::from_static(b"{\"major\":\"1\"}"),
        None,
    );
    let call = |name, user: &str| {
        let row = Row::new(name, &binaries.kubectl()).args(["get", "--raw", "/version"]);
        let file = row.sandbox.write("kubeconfig", user);
        row.env("KUBECONFIG", file).with_keys()
    };
    let plugin = |program: &Path, words: &[&str]| {
        kubeconfig::with_plugin(server.address, &ca.pem(), program, words)
    };
    let token = kubeconfig::with_token(server.address, &ca.pem(), "anything");
    let mut plain = call("kubectl, static token", &token);
    let words = ["--cluster-name", "c"];
    let mut ours = call("kubectl, token-exec", &plugin(token_exec, &words));
    let mut theirs = authenticator.map(|program| {
        let words = ["token", "-i", "c"];
        call("kubectl, aws-iam-authenticator", &plugin(program, &words))
    });
    let rows = [&mut plain, &mut ours].into_iter().chain(&mut theirs);
    lab.measure(rows.collect(), rounds);
    let rows = [&plain, &ours].into_iter().chain(&theirs);
    let mut figures: Vec<Figure> = rows.map(Row::absolute).collect();
    figures.push(Figure::new(
        "kubectl: wall with token-exec / with a static token",
        ours.over(&plain, wall),
        Some(Bar::AtMost(1.15)),
        PAIRS,
    ));
    figures.extend(theirs.map(|theirs| {
        let what = "kubectl: wall with aws-iam-authenticator / with a static token";
        Figure::new(what, theirs.over(&plain, wall), None, PAIRS)
    }));
    figures
}

const PAIRS: &str = "median of pairs";
