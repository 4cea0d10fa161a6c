//! `kubeconfig-gen update --all`: every cluster of every profile and region, at one stroke.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::time::Duration;

use e2e::support::command::Command;
use e2e::support::eks::{Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::pki::Ca;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::{Fault, Front};
use e2e::support::sts::{self, ACCOUNT, Caller, Role, STS_REGION, Sts};

struct Story {
    eks: Eks,
    sts: Sts,
    sandbox: Sandbox,
    keys: Keys,
    ca: Ca,
}

const OTHER_ACCOUNT: &str = "444455556666";

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("kubeconfig-gen-all");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_user("ops");
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

    fn all(&self, arguments: &[&str]) -> Command<'_> {
        let command = self.sandbox.command(Program::KubeconfigGen);
        command
            .args(["update", "--all"])
            .args(arguments)
            .keys(&self.keys)
            .env("AWS_ENDPOINT_URL_EKS", self.eks.url())
            .env("AWS_ENDPOINT_URL_STS", self.sts.url())
    }

    /// The names of the contexts that a command says it added, and its exit code.
    fn added(&self, command: Command<'_>) -> (Vec<String>, String, Option<i32>) {
        let output = command.run();
        let path = self.sandbox.home().join(".kube/config");
        let end = format!(" to {}", path.display());
        let names = output.stdout.lines().map(|line| {
            let name = line.strip_prefix("Added new context ").unwrap();
            name.strip_suffix(&end).unwrap().to_owned()
        });
        (names.collect(), output.stderr, output.code)
    }

    fn file(&self) -> String {
        self.sandbox.read("home/.kube/config")
    }
}

#[test]
fn every_cluster_of_a_region_is_written_and_the_current_context_left_alone() {
    let story = Story::new();
    let arns: Vec<String> = (0..7)
        .map(|number| {
            let cluster = story.cluster(&format!("c{number}"));
            let arn = cluster.arn();
            story.eks.add(cluster);
            arn
        })
        .collect();
    story.eks.add(story.cluster("far").in_region("eu-west-1"));
    story.eks.set_page(3);
    let (names, stderr, code) = story.added(story.all(&["--region", STS_REGION]));
    assert_eq!((arns, String::new(), Some(0)), (names, stderr, code));
    let file = story.file();
    assert_eq!(
        7,
        file.matches("  name: arn:aws:eks:us-west-2:").count() / 2
    );
    assert!(file.contains("\ncurrent-context: \"\"\n"), "{file}");
    // Three pages of names, then each cluster.
    assert_eq!(vec!["OK"; 10], story.eks.verdicts());
}

#[test]
fn profiles_accounts_and_regions_are_all_looked_at_and_each_cluster_is_of_its_own_profile() {
    let story = Story::new();
    let other = story.sts.add(&Caller::user(OTHER_ACCOUNT, "ops"));
    let profiles = [
        ("dev", &story.keys),
        ("prod", &other),
        ("again", &story.keys),
    ];
    story.sandbox.credentials_file(&profiles);
    let clusters = [
        story.cluster("a").in_region("eu-west-1"),
        story.cluster("a"),
        story.cluster("b").of_account(OTHER_ACCOUNT),
    ];
    clusters
        .iter()
        .for_each(|cluster| story.eks.add(cluster.clone()));
    let command = story.all(&[
        "--regions",
        "eu-west-1,us-west-2",
        "--profile",
        "dev",
        "--profile",
        "prod",
        "--profile",
        "again",
    ]);
    let (names, stderr, code) = story.added(command);
    let [first, second, third] = clusters.each_ref().map(EksCluster::arn);
    assert_eq!(
        (vec![first.clone(), second.clone(), third], Some(0)),
        (names, code)
    );
    let twice =
        |arn| format!("notice: {arn} is written for profile dev, and not for profile again\n");
    assert_eq!(twice(first) + &twice(second), stderr);
    let file = story.file();
    let written = |profile: &str| file.matches(&format!("\"--profile={profile}\"")).count();
    assert_eq!([2, 1, 0], ["dev", "prod", "again"].map(written));
}

#[test]
fn what_fails_is_told_and_the_rest_is_written() {
    let story = Story::new();
    let other = story.sts.add(&Caller::user(OTHER_ACCOUNT, "ops"));
    story.sts.delete_keys(&other);
    story
        .sandbox
        .credentials_file(&[("dev", &story.keys), ("gone", &other)]);
    story.eks.add(story.cluster("good"));
    story.eks.add(EksCluster {
        status: "CREATING".to_owned(),
        ..story.cluster("new")
    });
    story.eks.add(EksCluster {
        refusal: Some((403, "AccessDeniedException")),
        ..story.cluster("secret")
    });
    story.eks.add(EksCluster {
        authority: "no certificate".to_owned(),
        ..story.cluster("odd")
    });
    let command = story.all(&[
        "--region",
        STS_REGION,
        "--profile",
        "dev",
        "--profile",
        "gone",
        "--profile",
        "none",
    ]);
    let (names, stderr, code) = story.added(command);
    assert_eq!((vec![story.cluster("good").arn()], Some(1)), (names, code));
    let lines: Vec<&str> = stderr.lines().collect();
    let beginnings = [
        "warning: profile none: look for credentials: ",
        "warning: profile gone: listing the clusters of us-west-2: UnrecognizedClientException: ",
        "warning: profile dev: cluster new in us-west-2: Cluster status is CREATING; it must be ACTIVE or UPDATING",
        "warning: profile dev: cluster odd in us-west-2: no PEM certificate is in it",
        "warning: profile dev: describing secret in us-west-2: AccessDeniedException: ",
    ];
    assert_eq!(beginnings.len(), lines.len(), "{stderr}");
    for (line, beginning) in lines.iter().zip(beginnings) {
        assert!(line.starts_with(beginning), "{line}");
    }
    assert_eq!(1, story.file().matches("\n- context:").count());
}

#[test]
fn regions_that_are_not_switched_on_are_passed_over_among_all_and_told_where_named() {
    let story = Story::new();
    story.eks.add(story.cluster("demo"));
    for region in ["ap-east-1", "me-south-1"] {
        story.eks.switch_off(region);
    }
    let command = story.all(&["--all-regions"]).env("AWS_REGION", STS_REGION);
    let (names, stderr, code) = story.added(command);
    let expected = vec![story.cluster("demo").arn()];
    assert_eq!((expected, String::new(), Some(0)), (names, stderr, code));
    let asked = story.eks.verdicts();
    assert!(asked.len() > 30, "{asked:?}");
    let new = ["--kubeconfig", "new"];
    let named = story
        .all(&["--regions", "us-west-2,ap-east-1"])
        .args(new)
        .run();
    assert_eq!(Some(1), named.code);
    assert!(
        named
            .stderr
            .starts_with("warning: listing the clusters of ap-east-1: ")
    );
    // Who is unknown everywhere is not told that all regions are off.
    let stranger = story
        .all(&["--all-regions"])
        .args(["--kubeconfig", "newer"])
        .keys(&Keys::long_lived());
    let stranger = stranger.env("AWS_REGION", STS_REGION).run();
    assert_eq!((Some(1), ""), (stranger.code, stranger.stdout.as_str()));
    let told = stranger.stderr.matches("UnrecognizedClientException");
    assert_eq!(1, told.count(), "{}", stranger.stderr);
}

#[test]
fn nothing_found_is_nothing_written() {
    let story = Story::new();
    let output = story.all(&["--region", STS_REGION]).succeed();
    assert_eq!(
        ("", "notice: no cluster was found; nothing is written\n"),
        (output.stdout.as_str(), output.stderr.as_str())
    );
    assert!(story.sandbox.files("home/.kube").is_empty());
}

#[test]
fn two_hundred_clusters_are_asked_for_side_by_side() {
    let story = Story::new();
    for number in 0..200 {
        story.eks.add(story.cluster(&format!("c{number}")));
    }
    let patience = Duration::from_secs(30);
    story.eks.set_fault(Fault::Hold);
    let mut running = story.all(&["--region", STS_REGION]).start("kubeconfig-gen");
    // Two pages of names, one after the other; then as many clusters as are asked for at once.
    for requests in [1, 2, 2 + 32] {
        assert!(
            story.eks.wait_for_requests(requests, patience),
            "{requests}"
        );
        story.eks.clear_fault();
        story.eks.set_fault(Fault::Hold);
    }
    story.eks.clear_fault();
    let ended = running.wait(patience);
    assert_eq!(Some(0), ended.and_then(|status| status.code()));
    assert_eq!(200, story.file().matches("\n- context:").count());
    assert_eq!(vec!["OK"; 202], story.eks.verdicts());
}

#[test]
fn sessions_of_many_profiles_are_opened_side_by_side() {
    let story = Story::new();
    story.eks.add(story.cluster("a"));
    story.sandbox.credentials_file(&[("base", &story.keys)]);
    let ops = Caller::user(ACCOUNT, "ops").arn;
    let mut config = String::new();
    let mut arguments = vec!["--region".to_owned(), STS_REGION.to_owned()];
    for name in ["dev", "ops", "qa"] {
        let role = story.sts.add_role(Role::new(ACCOUNT, name).trusts(&ops));
        config += &format!("[profile {name}]\nrole_arn = {role}\nsource_profile = base\n");
        arguments.push(format!("--profile={name}"));
    }
    story.sandbox.write("home/.aws/config", config);
    let patience = Duration::from_secs(60);
    story.sts.set_fault(sts::Fault::Hold);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut running = story.all(&arguments).start("kubeconfig-gen");
    // Nobody is answered before all have asked.
    assert!(story.sts.wait_for_requests(3, patience));
    story.sts.clear_fault();
    let ended = running.wait(patience);
    assert_eq!(Some(0), ended.and_then(|status| status.code()));
    assert!(story.file().contains("\"--profile=dev\""));
}

#[test]
fn a_busy_service_is_waited_for() {
    let story = Story::new();
    for number in 0..40 {
        story.eks.add(story.cluster(&format!("c{number}")));
    }
    let busy = Fault::Error {
        status: 429,
        code: "ThrottlingException",
    };
    // The names are had; then it is busy for more than a first rank of questions.
    let patience = Duration::from_secs(30);
    story.eks.set_fault(Fault::Hold);
    let mut running = story.all(&["--region", STS_REGION]).start("kubeconfig-gen");
    assert!(story.eks.wait_for_requests(1, patience));
    story.eks.clear_fault();
    story.eks.set_fault_for(35, busy);
    let ended = running.wait(patience);
    assert_eq!(Some(0), ended.and_then(|status| status.code()));
    assert_eq!(40, story.file().matches("\n- context:").count());
}

#[test]
fn arguments_that_do_not_go_together_are_refused() {
    let story = Story::new();
    let table: [&[&str]; 6] = [
        &["--name", "demo"],
        &["--alias", "a"],
        &["--from-file", "f"],
        &["--regions", "us-west-2", "--region", "us-west-2"],
        &["--regions", "us-west-2", "--all-regions"],
        &["--endpoint", "https://127.0.0.1"],
    ];
    for arguments in table {
        assert_eq!(Some(2), story.all(arguments).run().code, "{arguments:?}");
    }
    let several = story.sandbox.command(Program::KubeconfigGen);
    let several = several.args([
        "update",
        "--name",
        "demo",
        "--profile",
        "a",
        "--profile",
        "b",
    ]);
    let said = several.run().stderr;
    let message = "kubeconfig-gen: --profile is given several times; with one cluster there is one\n\
                   hint: give one --profile, or --all\n";
    assert_eq!(message, said);
    assert_eq!(ACCOUNT.len(), OTHER_ACCOUNT.len());
}
