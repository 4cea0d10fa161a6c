//! aws-auth becomes access entries through the EKS API: what is made, what is compared, what is
//! left alone, and what a run that was cut short leaves to the next.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

mod compared;
mod cut_short;
mod made;
mod mode;
mod script;

use std::time::Duration;

use e2e::support::command::Command;
use e2e::support::eks::{AccessEntry, Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::process::Process;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::Front;
use e2e::support::sts::Sts;
use serde_json::Value;

const AWS_AUTH: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/nodes
      username: system:node:{{EC2PrivateDNSName}}
      groups: [system:bootstrappers, system:nodes]
    - rolearn: arn:aws:iam::111122223333:role/admin
      username: admin:{{SessionName}}
      groups: [system:masters, ops]
    - rolearn: arn:aws:iam::111122223333:role/dev
      username: dev:{{SessionName}}
      groups: [devs]
  mapUsers: |
    - userarn: arn:aws:iam::111122223333:user/team/ann
      username: ann
      groups: [devs]
";

const PATIENCE: Duration = Duration::from_secs(30);
const TAG: &str = "aws-auth-sync/migrate-apply";

struct Story {
    sts: Sts,
    eks: Eks,
    sandbox: Sandbox,
    keys: Keys,
    cluster: EksCluster,
}

impl Story {
    fn new() -> Self {
        Self::in_mode("API_AND_CONFIG_MAP")
    }

    fn in_mode(mode: &str) -> Self {
        let sandbox = Sandbox::new("migrate-apply");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_assumed_role("admin", "me");
        let eks = Eks::start(Front::Plain, &sts);
        let cluster = EksCluster::new("demo", "").in_mode(mode);
        eks.add(cluster.clone());
        for name in ["role/nodes", "role/admin", "role/dev", "user/team/ann"] {
            eks.add_principal(&arn(name));
        }
        sandbox.write("home/aws-auth.yaml", AWS_AUTH);
        Self {
            sts,
            eks,
            sandbox,
            keys,
            cluster,
        }
    }

    /// `migrate apply` of the file, with keys in the environment and nothing else set.
    fn apply(&self, arguments: &[&str]) -> Command<'_> {
        let command = self.sandbox.command(Program::AwsAuthSync);
        let command = command.args(["migrate", "apply", "--cluster", &self.cluster.arn()]);
        let command = command.args(arguments).arg("aws-auth.yaml");
        let command = command.env("AWS_ENDPOINT_URL_EKS", self.eks.url());
        command.keys(&self.keys)
    }

    fn entries(&self) -> Vec<AccessEntry> {
        self.eks.entries(&self.cluster)
    }

    fn put(&self, entry: AccessEntry) {
        self.eks.put_entry(&self.cluster, entry);
    }

    /// Requests that change something, so far.
    fn writes(&self) -> usize {
        let requests = self.eks.requests();
        requests
            .iter()
            .filter(|request| request.method != "GET")
            .count()
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::111122223333:{name}")
}

/// What the file makes, in the order of the principals.
fn made() -> Vec<AccessEntry> {
    vec![
        AccessEntry::new(&arn("role/admin"), "STANDARD")
            .username("admin:{{SessionName}}")
            .groups(&["ops"])
            .tag(TAG, "made")
            .policy("AmazonEKSClusterAdminPolicy", &[]),
        AccessEntry::new(&arn("role/dev"), "STANDARD")
            .username("dev:{{SessionName}}")
            .groups(&["devs"]),
        AccessEntry::new(&arn("role/nodes"), "EC2_LINUX"),
        AccessEntry::new(&arn("user/team/ann"), "STANDARD")
            .username("ann")
            .groups(&["devs"]),
    ]
}

/// The end of a process: its code and what it printed.
fn ended(mut process: Process) -> (Option<i32>, String) {
    let status = process.wait(PATIENCE).unwrap();
    (status.code(), process.stdout())
}

/// `OUTCOME PRINCIPAL` of each result of `-o json`.
fn outcomes(stdout: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(stdout).unwrap();
    let results = document.get("results").unwrap().as_array().unwrap();
    let text = |result: &Value, name: &str| result.get(name).unwrap().as_str().unwrap().to_owned();
    let line = |result: &Value| {
        let principal = text(result, "principalArn").replace("arn:aws:iam::111122223333:", "");
        format!("{} {principal}", text(result, "outcome"))
    };
    results.iter().map(line).collect()
}

fn all(outcome: &str) -> Vec<String> {
    let principals = ["role/nodes", "role/admin", "role/dev", "user/team/ann"];
    principals.map(|name| format!("{outcome} {name}")).to_vec()
}
