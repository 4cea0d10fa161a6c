//! `kubeconfig-gen update` and the real `aws eks update-kubeconfig`, the same files before both.
//!
//! The cases are those of the AWS CLI's own tests: which file is chosen, what is refused, what is
//! replaced and what is added. With `--exec-command aws` both write the same.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::path::{Path, PathBuf};

use e2e::support::command::{Command, Output};
use e2e::support::eks::{Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::Front;
use e2e::support::sts::{STS_REGION, Sts};
use serde_json::Value;

struct Story {
    eks: Eks,
    sts: Sts,
    sandbox: Sandbox,
    keys: Keys,
    peers: Peers,
    arn: String,
}

/// What both make of the same files.
struct Case {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    /// The value of KUBECONFIG, `@` for the case's directory; without one `--kubeconfig f`.
    list: Option<&'static str>,
    more: &'static [&'static str],
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// Both leave files that mean the same.
    Same,
    /// Both refuse, and write nothing.
    Refused,
    /// Only we refuse, and write nothing: kubectl would not read the file, or would another.
    WeRefuse,
    /// Only the current context differs: ours is set where kubectl reads it first.
    CurrentElsewhere,
}

use Outcome::{CurrentElsewhere, Refused, Same, WeRefuse};

const EXISTING: &str = "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: YWJj\n    server: https://existing\n  name: existing\ncontexts:\n- context:\n    cluster: existing\n    user: existing\n  name: existing\ncurrent-context: existing\nkind: Config\npreferences: {}\nusers:\n- name: existing\n  user:\n    token: t\n";

/// The cluster in a stanza of long ago; `ARN` is its name.
const STALE: &str = "users:\n- name: ARN\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1alpha1\n      command: aws-iam-authenticator\n      args: [token, -i, demo]\nclusters:\n- cluster: {server: 'https://old', certificate-authority-data: YWJj}\n  name: ARN\nkind: Config\ncontexts:\n- context: {cluster: ARN, user: ARN}\n  name: ARN\ncurrent-context: ARN\npreferences: {}\napiVersion: v1\n";

const CORRUPT: &str = "clusters: String\n";

const CASES: &[Case] = &[
    Case {
        name: "absent",
        files: &[],
        list: None,
        more: &[],
        outcome: Same,
    },
    Case {
        name: "empty",
        files: &[("f", "")],
        list: None,
        more: &[],
        outcome: Same,
    },
    Case {
        name: "existing",
        files: &[("f", EXISTING)],
        list: None,
        more: &[],
        outcome: Same,
    },
    Case {
        name: "aliases",
        files: &[("f", EXISTING)],
        list: None,
        more: &["--alias", "on", "--user-alias", "1e3"],
        outcome: Same,
    },
    Case {
        name: "role",
        files: &[("f", EXISTING)],
        list: None,
        more: &["--role-arn", "arn:aws:iam::111122223333:role/r"],
        outcome: Same,
    },
    Case {
        name: "stale",
        files: &[("f", STALE)],
        list: None,
        more: &[],
        outcome: Same,
    },
    Case {
        name: "nulls",
        files: &[(
            "f",
            "clusters:\ncontexts: null\nusers: null\nkind: Config\n",
        )],
        list: None,
        more: &[],
        outcome: Same,
    },
    Case {
        name: "no-lists",
        files: &[("f", "kind: Config\napiVersion: v1\n")],
        list: None,
        more: &[],
        outcome: Same,
    },
    Case {
        name: "nameless",
        files: &[("f", "clusters:\n- cluster: {server: 'https://x'}\n")],
        list: None,
        more: &[],
        outcome: Same,
    },
    Case {
        name: "corrupt",
        files: &[("f", CORRUPT)],
        list: None,
        more: &[],
        outcome: Refused,
    },
    Case {
        name: "item",
        files: &[("f", "users:\n- String\n")],
        list: None,
        more: &[],
        outcome: Refused,
    },
    Case {
        name: "plain-text",
        files: &[("f", "some text\n")],
        list: None,
        more: &[],
        outcome: Refused,
    },
    Case {
        name: "kind",
        files: &[("f", "kind: Pod\n")],
        list: None,
        more: &[],
        outcome: WeRefuse,
    },
    Case {
        name: "number",
        files: &[("f", "users:\n- name: 5\n")],
        list: None,
        more: &[],
        outcome: WeRefuse,
    },
    Case {
        name: "one-of-a-list",
        files: &[("a", EXISTING)],
        list: Some("@/a"),
        more: &[],
        outcome: Same,
    },
    Case {
        name: "empty-elements",
        files: &[("a", EXISTING)],
        list: Some(":@/a:"),
        more: &[],
        outcome: Same,
    },
    Case {
        name: "all-corrupt",
        files: &[("a", CORRUPT), ("b", CORRUPT), ("c", CORRUPT)],
        list: Some("@/a:@/b:@/c"),
        more: &[],
        outcome: Refused,
    },
    Case {
        name: "valid-first",
        files: &[("a", EXISTING), ("b", CORRUPT)],
        list: Some("@/a:@/b"),
        more: &[],
        outcome: Same,
    },
    Case {
        name: "corrupt-first",
        files: &[("a", CORRUPT), ("d", CORRUPT)],
        list: Some("@/a:@/b:@/c:@/d"),
        more: &[],
        outcome: Refused,
    },
    Case {
        name: "corrupt-after-absent",
        files: &[("b", CORRUPT), ("c", EXISTING)],
        list: Some("@/a:@/b:@/c"),
        more: &[],
        outcome: WeRefuse,
    },
    Case {
        name: "stale-first",
        files: &[("a", STALE), ("b", STALE)],
        list: Some("@/a:@/b"),
        more: &[],
        outcome: Same,
    },
    Case {
        name: "stale-later",
        files: &[("a", EXISTING), ("b", STALE)],
        list: Some("@/a:@/b"),
        more: &[],
        outcome: CurrentElsewhere,
    },
];

#[test]
fn both_make_the_same_of_the_same_files() {
    let Some(peers) = Peers::for_story("update-kubeconfig beside the AWS CLI") else {
        return;
    };
    let story = Story::new(peers);
    for case in CASES {
        story.play(case);
    }
}

impl Story {
    fn new(peers: Peers) -> Self {
        let sandbox = Sandbox::new("beside-aws-cli");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_assumed_role("dev", "me");
        let eks = Eks::start(Front::Plain, &sts);
        let cluster = EksCluster::new("demo", &Ca::new("cluster CA").pem());
        let arn = cluster.arn();
        eks.add(cluster);
        Self {
            eks,
            sts,
            sandbox,
            keys,
            peers,
            arn,
        }
    }

    fn play(&self, case: &Case) {
        let cli = self.peers.aws_cli(&self.sandbox, STS_REGION);
        let theirs = self.run(case, "theirs", cli.args(["eks", "update-kubeconfig"]));
        let ours = self.sandbox.command(Program::KubeconfigGen);
        let ours = ours.args([
            "update-kubeconfig",
            "--region",
            STS_REGION,
            "--exec-command",
            "aws",
        ]);
        let ours = self.run(case, "ours", ours);
        let (name, outcome) = (case.name, case.outcome);
        let said = format!("{name}: {}{}", theirs.stderr, ours.stderr);
        let succeeds = |output: &Output| output.code == Some(0);
        let expected = match outcome {
            Same | CurrentElsewhere => (true, true),
            Refused => (false, false),
            WeRefuse => (true, false),
        };
        assert_eq!((succeeds(&theirs), succeeds(&ours)), expected, "{said}");
        let (mut after_theirs, mut after_ours) =
            (self.read(case, "theirs"), self.read(case, "ours"));
        match outcome {
            Same | Refused => {}
            WeRefuse => after_theirs = self.read(case, "before"),
            CurrentElsewhere => {
                let first = after_ours
                    .first()
                    .and_then(|file| file.get("current-context"));
                assert_eq!(first, Some(&Value::from(self.arn.as_str())));
                for file in after_ours.iter_mut().chain(&mut after_theirs) {
                    file["current-context"].take();
                }
            }
        }
        assert_eq!(after_ours, after_theirs, "{said}");
    }

    /// One of the two, in a directory of its own.
    fn run(&self, case: &Case, side: &str, command: Command<'_>) -> Output {
        self.sandbox.write(format!("before/{}/none", case.name), "");
        let directory = self.sandbox.write(format!("{side}/{}/none", case.name), "");
        let directory = directory.parent().unwrap();
        for (name, text) in case.files {
            for side in ["before", side] {
                let path = format!("{side}/{}/{name}", case.name);
                self.sandbox.write(path, text.replace("ARN", &self.arn));
            }
        }
        let command = command
            .args(["--name", "demo"])
            .args(case.more.iter().copied())
            .keys(&self.keys)
            .env("AWS_ENDPOINT_URL_EKS", self.eks.url())
            .env("AWS_ENDPOINT_URL_STS", self.sts.url());
        match case.list {
            Some(list) => {
                let list = list.replace('@', &directory.display().to_string());
                command.env("KUBECONFIG", list).run()
            }
            None => command.arg("--kubeconfig").arg(directory.join("f")).run(),
        }
    }

    /// All files of a case as PyYAML reads them, in the order of their names.
    fn read(&self, case: &Case, side: &str) -> Vec<Value> {
        let directory: PathBuf = self.sandbox.path().join(side).join(case.name);
        let command = self.sandbox.command(self.peers.python().to_owned());
        let command = command.args(["-c", READ]).arg(Path::new(&directory));
        serde_json::from_str(&command.succeed().stdout).unwrap()
    }
}

/// A skeleton's empty preferences are nobody's; what is no YAML is compared as it is.
const READ: &str = "\
import json, os, sys, yaml
root, found = sys.argv[1], []
for name in sorted(os.listdir(root)):
    text = open(os.path.join(root, name)).read()
    value = yaml.safe_load(text)
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if item not in (None, {}, [])}
        if value.get('clusters'):
            value.setdefault('apiVersion', 'v1'), value.setdefault('kind', 'Config')
    if value is not None:
        found.append(value)
print(json.dumps(found))
";
