//! `aws-auth-sync plan --ask-eks`: what EKS says that makes a change of aws-auth idle is told, and
//! what it does not say stops nothing.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use e2e::support::command::{Command, Output};
use e2e::support::eks::{AccessEntry, Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::{Fault, Front};
use e2e::support::sts::Sts;
use serde_json::{Value, json};

const LIVE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/admin
      username: admin
      groups: [system:masters]
";

const SOURCE: &str = "\
apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: platform
roles:
- {rolearn: \"arn:aws:iam::111122223333:role/dev\", username: dev, groups: [devs]}
- {rolearn: \"arn:aws:iam::111122223333:role/ops\", username: ops, groups: [ops]}
";

struct Story {
    sandbox: Sandbox,
    eks: Eks,
    keys: Keys,
    cluster: EksCluster,
    _sts: Sts,
}

impl Story {
    fn in_mode(mode: &str) -> Self {
        let sandbox = Sandbox::new("plan-asks-eks");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_assumed_role("admin", "me");
        let eks = Eks::start(Front::Plain, &sts);
        let cluster = EksCluster::new("demo", "").in_mode(mode);
        eks.add(cluster.clone());
        let role = "arn:aws:iam::111122223333:role/team/dev";
        eks.add_principal(role);
        eks.put_entry(&cluster, AccessEntry::new(role, "STANDARD"));
        sandbox.write("home/live.yaml", LIVE);
        sandbox.write("home/f.yaml", SOURCE);
        Self {
            sandbox,
            eks,
            keys,
            cluster,
            _sts: sts,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command<'_> {
        let command = self.sandbox.command(Program::AwsAuthSync);
        let command = command.args(["plan", "--live-file", "live.yaml", "f.yaml", "-o", "json"]);
        let command = command.env("AWS_ENDPOINT_URL_EKS", self.eks.url());
        command.args(arguments).keys(&self.keys)
    }

    /// A plan that asks about the cluster, which its ARN names.
    fn asking(&self) -> Output {
        self.command(&["--ask-eks", "--cluster", &self.cluster.arn()])
            .run()
    }
}

fn warnings(output: &Output) -> Value {
    output.json().get("warnings").unwrap().clone()
}

#[test]
fn eks_is_asked_only_when_that_is_wanted() {
    let story = Story::in_mode("API");
    let silent = story.command(&["--cluster", &story.cluster.arn()]).run();
    assert_eq!((Some(2), json!([])), (silent.code, warnings(&silent)));
    assert_eq!(0, story.eks.requests().len());
}

#[test]
fn what_makes_aws_auth_idle_is_told_by_the_mode_and_the_access_entries() {
    let shadowed = "mapRoles arn:aws:iam::111122223333:role/dev has an access entry (EKS), which \
                    wins: what aws-auth says of it has no effect";
    let ignored = "cluster demo admits callers by access entries alone (authentication mode API): \
                   nothing that aws-auth says counts";
    let table = [
        ("CONFIG_MAP", json!([])),
        (
            "API_AND_CONFIG_MAP",
            json!([{"code": "C09", "message": shadowed}]),
        ),
        ("API", json!([{"code": "C08", "message": ignored}])),
    ];
    for (mode, expected) in table {
        let story = Story::in_mode(mode);
        let output = story.asking();
        assert_eq!((Some(2), ""), (output.code, output.stderr.as_str()));
        assert_eq!(expected, warnings(&output), "{mode}");
        let by_name = story.command(&["--ask-eks=demo", "--region", "us-west-2"]);
        assert_eq!(expected, warnings(&by_name.run()), "{mode} by its name");
    }
}

#[test]
fn what_eks_does_not_say_is_not_known_and_stops_nothing() {
    let story = Story::in_mode("API");
    story.eks.set_fault(Fault::Error {
        status: 403,
        code: "AccessDeniedException",
    });
    let output = story.asking();
    let expected = "warning: nothing is known of what makes aws-auth idle (C08, C09): ask EKS: \
                    describing demo in us-west-2: AccessDeniedException: an error on demand";
    assert!(output.stderr.starts_with(expected), "{}", output.stderr);
    assert_eq!((Some(2), json!([])), (output.code, warnings(&output)));
}
