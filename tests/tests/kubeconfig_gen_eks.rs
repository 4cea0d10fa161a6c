//! kubeconfig-gen asks EKS about a cluster, as the AWS CLI does.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use e2e::support::command::Command;
use e2e::support::eks::{Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::programs::Program;
use e2e::support::proxy::Proxy;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::{Fault, Front};
use e2e::support::sts::{ACCOUNT, Caller, Role, STS_REGION, Sts};
use serde_json::{Value, json};

struct Story {
    eks: Eks,
    sts: Sts,
    sandbox: Sandbox,
    keys: Keys,
    ca: Ca,
}

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("kubeconfig-gen-eks");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_assumed_role("dev", "me");
        let eks = Eks::start(Front::Plain, &sts);
        let ca = Ca::new("cluster CA");
        Self {
            eks,
            sts,
            sandbox,
            keys,
            ca,
        }
    }

    fn cluster(&self, name: &str) -> EksCluster {
        EksCluster::new(name, &self.ca.pem())
    }

    /// `kubeconfig-gen update`, with keys in the environment and nothing else set.
    fn update(&self, arguments: &[&str]) -> Command<'_> {
        let command = self.sandbox.command(Program::KubeconfigGen).arg("update");
        self.at(command.args(arguments))
    }

    fn at<'a>(&self, command: Command<'a>) -> Command<'a> {
        command
            .keys(&self.keys)
            .env("AWS_ENDPOINT_URL_EKS", self.eks.url())
            .env("AWS_ENDPOINT_URL_STS", self.sts.url())
    }

    /// The clusters, contexts and users of a dry run, read by a YAML reader of Python's.
    fn written(&self, arguments: &[&str]) -> String {
        let output = self.update(arguments).arg("--dry-run").succeed();
        output.stdout
    }

    /// What an update that fails says, the sandbox's path cut out of it.
    fn failure(&self, command: Command<'_>) -> String {
        let output = command.run();
        assert_eq!((Some(1), ""), (output.code, output.stdout.as_str()));
        let path = self.sandbox.path().display().to_string();
        output.stderr.replace(&path, "")
    }
}

#[test]
fn the_region_of_the_stanza_is_the_clusters_own() {
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    let output = story
        .update(&["--name", "demo", "--region", STS_REGION])
        .succeed();
    let arn = story.cluster("demo").arn();
    let path = story.sandbox.home().join(".kube/config");
    let added = format!("Added new context {arn} to {}\n", path.display());
    assert_eq!((added, String::new()), (output.stdout, output.stderr));
    let file = story.sandbox.read(path);
    for line in [
        format!("    server: https://demo.example\n  name: {arn}\n"),
        format!("current-context: {arn}\n"),
        "      - \"--region=us-west-2\"\n      - \"--cluster-name=demo\"\n      command".to_owned(),
    ] {
        assert!(file.contains(&line), "{line}\n{file}");
    }
    assert_eq!(vec!["OK"], story.eks.verdicts());
}

#[test]
fn it_asks_in_the_region_of_the_flag_then_the_environment_then_the_profile_and_of_an_arn_always() {
    let story = Story::new();
    story
        .sandbox
        .write("home/.aws/config", "[default]\nregion = eu-west-1\n");
    let regions = ["eu-west-1", "us-east-1", "ap-south-1"];
    for region in regions {
        story.eks.add(story.cluster("demo").in_region(region));
    }
    let region_of = |arguments: &[&str], variable: Option<&str>| {
        let command = story.update(arguments).arg("--dry-run");
        let command = match variable {
            Some(region) => command.env("AWS_REGION", region),
            None => command,
        };
        let file = command.succeed().stdout;
        regions
            .into_iter()
            .find(|region| file.contains(&format!("--region={region}")))
    };
    let arn = story.cluster("demo").in_region("ap-south-1").arn();
    let table: [(&[&str], Option<&str>, &str); 5] = [
        (&["--name", "demo"], None, "eu-west-1"),
        (&["--name", "demo"], Some("us-east-1"), "us-east-1"),
        (
            &["--name", "demo", "--region", "ap-south-1"],
            Some("us-east-1"),
            "ap-south-1",
        ),
        (&["--name", &arn], Some("us-east-1"), "ap-south-1"),
        (
            &["--name", &arn, "--region", "ap-south-1"],
            None,
            "ap-south-1",
        ),
    ];
    for (arguments, variable, region) in table {
        assert_eq!(
            Some(region),
            region_of(arguments, variable),
            "{arguments:?}"
        );
    }
    let other = story.update(&["--name", &arn, "--region", "us-east-1"]);
    assert_eq!(
        format!(
            "kubeconfig-gen: {arn} is not in us-east-1\n\
             hint: leave --region out: the ARN tells it\n"
        ),
        story.failure(other)
    );
}

#[test]
fn a_cluster_that_is_neither_active_nor_updating_is_refused() {
    let story = Story::new();
    for status in ["CREATING", "DELETING", "FAILED", "PENDING", "NEW"] {
        story.eks.add(EksCluster {
            status: status.to_owned(),
            ..story.cluster("demo")
        });
        assert_eq!(
            format!(
                "kubeconfig-gen: cluster demo in us-west-2: Cluster status is {status}; it must be \
                 ACTIVE or UPDATING\n\
                 hint: aws eks wait cluster-active --name demo --region us-west-2, then describe it \
                 again\n"
            ),
            story.failure(story.update(&["--name", "demo", "--region", STS_REGION]))
        );
    }
    assert!(story.sandbox.files("home/.kube").is_empty());
    story.eks.add(EksCluster {
        status: "UPDATING".to_owned(),
        ..story.cluster("demo")
    });
    story
        .update(&["--name", "demo", "--region", STS_REGION])
        .succeed();
}

#[test]
fn says_why_eks_told_nothing() {
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    let update = || story.update(&["--name", "demo", "--region", STS_REGION]);
    let asking = "kubeconfig-gen: ask EKS: describing demo in us-west-2: ";
    let id = "(request id 00000000-0000-4000-8000-00000000ec50)";
    let refused = |command: Command<'_>, code: &str, hint: &str| {
        let said = story.failure(command);
        assert!(said.starts_with(&format!("{asking}{code}: ")), "{said}");
        assert!(said.ends_with(&format!("{id}\nhint: {hint}\n")), "{said}");
    };
    let absent = story.update(&["--name", "none", "--region", STS_REGION]);
    assert_eq!(
        format!(
            "kubeconfig-gen: ask EKS: describing none in us-west-2: ResourceNotFoundException: No \
             cluster found for name: none. {id}\nhint: check the name, the region and the account: \
             --region, --profile and --assume-role-arn choose them\n"
        ),
        story.failure(absent)
    );
    refused(
        update().keys(&story.keys.with_secret_of(&Keys::long_lived())),
        "InvalidSignatureException",
        "check the secret access key and the clock of this machine",
    );
    refused(
        update().keys(&Keys::long_lived()),
        "UnrecognizedClientException",
        "this access key is unknown to AWS or switched off: use another",
    );
    story.eks.set_fault(Fault::Error {
        status: 403,
        code: "AccessDeniedException",
    });
    refused(
        update(),
        "AccessDeniedException",
        "the caller's policies must allow eks:DescribeCluster",
    );
    story.eks.set_fault(Fault::Garbage);
    assert!(
        story
            .failure(update())
            .contains("in us-west-2: a JSON object is expected here\n")
    );
    story.eks.clear_fault();
    story.sts.expire_session(&story.keys);
    refused(
        update(),
        "ExpiredTokenException",
        "these credentials have expired: get fresh ones where they came from",
    );
    assert!(story.sandbox.files("home/.kube").is_empty());
}

#[test]
fn says_what_is_no_region_to_ask_in() {
    let story = Story::new();
    let nowhere = story.update(&["--name", "demo"]);
    assert_eq!(
        "kubeconfig-gen: choose the host of EKS: no region is set\n\
         hint: give --region, or set AWS_REGION\n",
        story.failure(nowhere)
    );
    let zone = story.update(&["--name", "demo", "--region", "us-west-2-lax-1"]);
    assert_eq!(
        "kubeconfig-gen: choose the host of EKS: us-west-2-lax-1 is a zone of us-west-2, not a \
         region\nhint: give --region us-west-2\n",
        story.failure(zone)
    );
}

#[test]
fn what_passes_is_waited_for() {
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    for fault in [
        Fault::Error {
            status: 429,
            code: "ThrottlingException",
        },
        Fault::Error {
            status: 500,
            code: "ServerException",
        },
        Fault::CloseBeforeAnswer,
        Fault::TruncatedBody,
    ] {
        story.eks.set_fault_for(2, fault.clone());
        let file = story.written(&["--name", "demo", "--region", STS_REGION]);
        assert!(file.contains("https://demo.example"), "{fault:?}");
    }
    story.eks.set_fault(Fault::Error {
        status: 429,
        code: "ThrottlingException",
    });
    let said = story.failure(story.update(&["--name", "demo", "--region", STS_REGION]));
    assert!(said.ends_with("hint: try again in a while\n"), "{said}");
}

#[test]
fn a_role_to_ask_as_stays_out_of_the_stanza_and_a_role_of_the_stanza_is_not_asked_as() {
    let story = Story::new();
    story
        .eks
        .add(story.cluster("demo").of_account("444455556666"));
    let arn = story
        .sts
        .add_role(Role::new("444455556666", "reader").trusts(&Caller::root(ACCOUNT).arn));
    let file = story.written(&[
        "--name",
        "demo",
        "--region",
        STS_REGION,
        "--assume-role-arn",
        &arn,
    ]);
    assert!(!file.contains("reader"), "{file}");
    story.eks.add(story.cluster("demo"));
    let asked = story.sts.counts().requests;
    let file = story.written(&[
        "--name",
        "demo",
        "--region",
        STS_REGION,
        "--role-arn",
        &arn,
        "--session-name",
        "me",
        "--external-id",
        "x1",
    ]);
    let stanza = format!(
        "      - \"--role-arn={arn}\"\n      - \"--session-name=me\"\n      - \"--external-id=x1\"\n"
    );
    assert!(file.contains(&stanza), "{file}");
    assert_eq!(asked, story.sts.counts().requests);
}

#[test]
fn a_profile_beats_exported_keys_and_stands_in_the_stanza() {
    let story = Story::new();
    let keys = story.sts.add(&Caller::user("444455556666", "ops"));
    story
        .eks
        .add(story.cluster("demo").of_account("444455556666"));
    story.sandbox.credentials_file(&[("ops", &keys)]);
    let file = story.written(&["--name", "demo", "--region", STS_REGION, "--profile", "ops"]);
    assert!(file.contains("\"--profile=ops\"\n"), "{file}");
    let arn = story.cluster("demo").of_account("444455556666").arn();
    story.eks.add(story.cluster("demo"));
    let other = story.update(&["--name", &arn]);
    let own = story.cluster("demo").arn();
    assert_eq!(
        format!(
            "kubeconfig-gen: the credentials see {own}, not {arn}\n\
             hint: choose the account of the cluster with --profile or --assume-role-arn\n"
        ),
        story.failure(other)
    );
}

#[test]
fn a_tunnel_takes_the_place_of_the_endpoint_and_keeps_its_name_for_tls() {
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    let arguments = ["--name", "demo", "--region", STS_REGION, "--endpoint"];
    let through = |url| story.written(&[&arguments[..], &[url]].concat());
    let file = through("https://127.0.0.1:8443");
    let entry = "    server: https://127.0.0.1:8443\n    tls-server-name: demo.example\n";
    assert!(file.contains(entry), "{file}");
    let file = through("https://demo.example:8443");
    assert!(!file.contains("tls-server-name"), "{file}");
}

#[test]
fn a_local_cluster_on_an_outpost_is_known_by_its_id() {
    let story = Story::new();
    let id = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    let outposts =
        json!({ "outpostArns": ["arn:aws:outposts:us-west-2:111122223333:outpost/op-1"] });
    let mut own_etcd = outposts.clone();
    own_etcd
        .as_object_mut()
        .unwrap()
        .insert("etcdInstanceType".to_owned(), json!("m5.large"));
    for (config, argument) in [
        (outposts, format!("--cluster-id={id}")),
        (own_etcd, "--cluster-name=demo".to_owned()),
    ] {
        story.eks.add(EksCluster {
            extra: json!({ "id": id, "outpostConfig": config }),
            ..story.cluster("demo")
        });
        let file = story.written(&["--name", "demo", "--region", STS_REGION]);
        assert!(file.contains(&format!("\"{argument}\"")), "{file}");
    }
}

#[test]
fn tells_how_the_cluster_lets_callers_in() {
    let story = Story::new();
    for (mode, words) in [
        ("API", "access entries alone, not by aws-auth (API)"),
        (
            "API_AND_CONFIG_MAP",
            "access entries and by aws-auth (API_AND_CONFIG_MAP)",
        ),
        (
            "CONFIG_MAP",
            "aws-auth alone, not by access entries (CONFIG_MAP)",
        ),
    ] {
        story.eks.add(EksCluster {
            authentication_mode: mode.to_owned(),
            ..story.cluster("demo")
        });
        let output = story.update(&["--name", "demo", "--region", STS_REGION, "--dry-run", "-v"]);
        let arn = story.cluster("demo").arn();
        assert_eq!(
            format!("notice: {arn} admits callers by {words}\n"),
            output.succeed().stderr
        );
    }
}

#[test]
fn real_names_are_reached_by_proxy_and_bundle_with_fips_and_dual_stack() {
    let story = Story::new();
    let hosts = [
        "eks.us-west-2.amazonaws.com",
        "fips.eks.us-west-2.amazonaws.com",
        "eks.us-west-2.api.aws",
        "eks-fips.us-west-2.api.aws",
    ];
    let tls = Eks::start(Front::Tls(&story.ca, &hosts), &story.sts);
    tls.add(story.cluster("demo"));
    let proxy = Proxy::start(hosts.map(|host| (host.to_owned(), tls.address())).into());
    let bundle = story.sandbox.write("home/ca.pem", story.ca.pem());
    let (fips, dual) = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT");
    let update = |variables: &[&str]| {
        let command = story
            .sandbox
            .command(Program::KubeconfigGen)
            .keys(&story.keys);
        let command = command.args([
            "update",
            "--name",
            "demo",
            "--region",
            STS_REGION,
            "--dry-run",
        ]);
        let command = command
            .without_env("NO_PROXY")
            .env("HTTPS_PROXY", proxy.url());
        variables
            .iter()
            .fold(command, |command, name| command.env(name, "true"))
    };
    let ways: [&[&str]; 4] = [&[], &[fips], &[dual], &[fips, dual]];
    for variables in ways {
        update(variables).env("AWS_CA_BUNDLE", &bundle).succeed();
    }
    let asked: Vec<_> = tls
        .requests()
        .into_iter()
        .map(|request| request.host)
        .collect();
    assert_eq!(hosts.map(str::to_owned).to_vec(), asked);
    let distrusted = story.failure(update(&[]));
    assert!(
        distrusted.ends_with("hint: name the CA bundle of your network in AWS_CA_BUNDLE (PEM)\n"),
        "{distrusted}"
    );
}

/// Everything but the way a token is got.
fn entries(peers: &Peers, story: &Story, file: &str) -> Value {
    let script = "import json,sys,yaml; print(json.dumps(yaml.safe_load(sys.stdin)))";
    let python = story.sandbox.command(peers.python()).args(["-c", script]);
    let mut read = python.stdin(file.to_owned()).succeed().json();
    for user in read.get_mut("users").and_then(Value::as_array_mut).unwrap() {
        let user = user.as_object_mut().unwrap();
        user.remove("user");
    }
    // Which kubectl has given up.
    read.as_object_mut().unwrap().remove("preferences");
    read
}

#[test]
fn the_entries_are_those_of_the_aws_cli() {
    let Some(peers) = Peers::for_story("the AWS CLI writes the same entries") else {
        return;
    };
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    let ways: [&[&str]; 4] = [
        &[],
        &["--alias", "a", "--user-alias", "u"],
        &["--alias", ""],
        &["--proxy-url", "socks5://127.0.0.1:1080"],
    ];
    for arguments in ways {
        let arguments = [&["--name", "demo"], arguments, &["--dry-run"]].concat();
        let cli = peers.aws_cli(&story.sandbox, STS_REGION);
        let cli = cli.args(["eks", "update-kubeconfig"]).args(&arguments);
        let theirs = story.at(cli).succeed().stdout;
        let ours = story
            .update(&arguments)
            .env("AWS_REGION", STS_REGION)
            .succeed()
            .stdout;
        assert_eq!(
            entries(&peers, &story, &theirs),
            entries(&peers, &story, &ours),
            "{arguments:?}"
        );
    }
}
