//! What EKS answers about a cluster: faults are placed inside of the text, and a cluster that is read
//! says what any other reader reads, and makes a kubeconfig that is YAML.

#![no_main]

use iam_core::yaml::{Limits, parse};
use kubeconfig_gen::cluster::ClusterRef;
use kubeconfig_gen::describe;
use kubeconfig_gen::kubeconfig::{Choices, CurrentContext, Kubeconfig};
use kubeconfig_gen::plugin::Plugin;
use kubeconfig_gen::stanza::ExecCommand;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    // Whoever tells less than a whole description must not trip it either.
    let _ = describe::authentication_mode(text);
    let cluster = match describe::parse(text) {
        Ok(cluster) => cluster,
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1, "{error}");
            assert!(error.line <= text.lines().count() + 1, "{error}");
            assert!(!error.message.is_empty() && error.message.len() < 1_000);
            return;
        }
    };
    let document: Value = serde_json::from_str(text).expect("it was read as JSON");
    let object = document.get("cluster").filter(|inner| !inner.is_null());
    let object = object.unwrap_or(&document);
    assert_eq!(object["arn"], cluster.reference.to_string());
    assert_eq!(object["name"], cluster.reference.name().as_str());
    if let Some(arn) = describe::arn(text) {
        assert_eq!(cluster.reference, ClusterRef::Arn(arn));
    }
    let file = Kubeconfig::new(&cluster, &CHOICES, &Plugin::OnPath).expect("token-exec takes all");
    let root = parse(&file.document(), &Limits::default()).expect("it is YAML");
    assert_eq!(root.len(), 1);
});

const CHOICES: Choices = Choices {
    alias: None,
    user_alias: None,
    namespace: None,
    proxy_url: None,
    region: None,
    profile: None,
    role: None,
    exec_command: ExecCommand::TokenExec,
    current: CurrentContext::Set,
};
