//! `kubeconfig-gen prune`: entries of clusters that are gone go, and nothing else ever does.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::Duration;

use e2e::support::command::Command;
use e2e::support::eks::{Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::{Fault, Front};
use e2e::support::sts::{ACCOUNT, Caller, Role, Sts};

struct Story {
    eks: Eks,
    sts: Sts,
    sandbox: Sandbox,
    keys: Keys,
}

const OTHER_ACCOUNT: &str = "444455556666";
const DEADLINE: Duration = Duration::from_secs(60);

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("kubeconfig-gen-prune");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_user("ops");
        let eks = Eks::start(Front::Plain, &sts);
        Self {
            eks,
            sts,
            sandbox,
            keys,
        }
    }

    fn kubeconfig(&self, text: &str) -> PathBuf {
        self.sandbox.write("home/.kube/config", text)
    }

    fn prune(&self, arguments: &[&str]) -> Command<'_> {
        let command = self.sandbox.command(Program::KubeconfigGen).arg("prune");
        command
            .arg("--trust-endpoint-url")
            .args(arguments)
            .keys(&self.keys)
            .env("AWS_ENDPOINT_URL_EKS", self.eks.url())
            .env("AWS_ENDPOINT_URL_STS", self.sts.url())
    }

    fn file(&self) -> String {
        self.sandbox.read("home/.kube/config")
    }

    /// Nothing is removed, and stderr says why.
    fn stays(&self, command: Command<'_>, why: &str) {
        let before = self.file();
        let output = command.run();
        assert_eq!(
            (Some(1), ""),
            (output.code, output.stdout.as_str()),
            "{why}"
        );
        assert!(output.stderr.contains(why), "{}", output.stderr);
        assert_eq!(before, self.file());
    }
}

fn cluster(name: &str) -> EksCluster {
    EksCluster::new(name, "")
}

/// Comments, an order and an indentation of somebody's own.
fn two(gone: &str, there: &str) -> String {
    format!(
        "# mine\nkind: Config\nusers:\n  - name: gone-user   # of the old one\n    user:\n      exec: {{command: token-exec, args: [\"--cluster-name=gone\"]}}\n  - name: both\n    user: {{token: \"012345678901\"}}\n\
         contexts:\n- name: old\n  context:\n    cluster: {gone}\n    user: gone-user\n- name: \"on\"\n  context: {{cluster: '{there}', user: both}}\n- name: old-too\n  context: {{cluster: '{gone}', user: both}}\n\
         clusters:\n- name: {gone}\n  cluster:\n    server: https://gone.example\n- name: {there}\n  cluster:\n    server: https://there.example # here\ncurrent-context: old\n"
    )
}

#[test]
fn a_cluster_that_is_gone_goes_with_its_contexts_and_what_only_they_need() {
    let story = Story::new();
    let (gone, there) = (cluster("gone"), cluster("there"));
    story.eks.add(there.clone());
    let path = story.kubeconfig(&two(&gone.arn(), &there.arn()));
    let would = story.prune(&["--dry-run"]).succeed();
    let before = story.file();
    assert_eq!(two(&gone.arn(), &there.arn()), before);
    let pruned = story.prune(&[]).succeed();
    let lines = [
        "context old".to_owned(),
        "context old-too".to_owned(),
        "user gone-user".to_owned(),
        format!("cluster {}", gone.arn()),
        "current-context old".to_owned(),
    ];
    let said = |verb: &str| -> String {
        let line = |line: &String| format!("{verb} {line} from {}\n", path.display());
        lines.iter().map(line).collect()
    };
    assert_eq!(
        (said("Would remove"), String::new()),
        (would.stdout, would.stderr)
    );
    assert_eq!(
        (said("Removed"), String::new()),
        (pruned.stdout, pruned.stderr)
    );
    let there = there.arn();
    let expected = format!(
        "# mine\nkind: Config\nusers:\n  - name: both\n    user: {{token: \"012345678901\"}}\n\
         contexts:\n- name: \"on\"\n  context: {{cluster: '{there}', user: both}}\n\
         clusters:\n- name: {there}\n  cluster:\n    server: https://there.example # here\ncurrent-context: \"\"\n"
    );
    assert_eq!(expected, story.file());
    let again = story.prune(&[]).succeed();
    assert_eq!((String::new(), String::new()), (again.stdout, again.stderr));
    assert_eq!(expected, story.file());
}

#[test]
fn a_user_that_holds_keys_is_never_removed() {
    let story = Story::new();
    let gone = cluster("gone").arn();
    let users = "users:\n- name: u\n  user:\n    client-key-data: a2V5\n    client-certificate-data: Y2VydA==\n- name: both\n  user:\n    token: t\n    exec: {command: token-exec}\n";
    let rest = format!(
        "clusters:\n- name: {gone}\n  cluster: {{server: https://x}}\ncontexts:\n- {{name: c, context: {{cluster: '{gone}', user: u}}}}\n- {{name: d, context: {{cluster: '{gone}', user: both}}}}\n"
    );
    story.kubeconfig(&format!("{users}{rest}"));
    story.prune(&[]).succeed();
    assert_eq!(format!("{users}clusters: []\ncontexts: []\n"), story.file());
}

#[test]
fn an_error_of_any_kind_removes_nothing() {
    let story = Story::new();
    story.kubeconfig(&two(&cluster("gone").arn(), &cluster("gone-too").arn()));
    for (status, code) in [
        (403, "AccessDeniedException"),
        (400, "InvalidParameterException"),
        (404, "UnknownOperationException"),
        (429, "ThrottlingException"),
        (503, "ServiceUnavailableException"),
    ] {
        story.eks.set_fault(Fault::Error { status, code });
        story.stays(story.prune(&[]), code);
    }
    for fault in [
        Fault::Garbage,
        Fault::EmptyBody,
        Fault::CloseBeforeAnswer,
        Fault::TruncatedBody,
        Fault::Redirect("http://127.0.0.1:1/".to_owned()),
    ] {
        story.eks.set_fault(fault);
        story.stays(story.prune(&[]), " stays: ");
    }
    story.eks.clear_fault();
    story.stays(
        story.prune(&[]).keys(&Keys::long_lived()),
        "InvalidClientTokenId",
    );
    let unreached = story
        .prune(&[])
        .env("AWS_ENDPOINT_URL_EKS", "http://127.0.0.1:1");
    story.stays(unreached, "connecting to 127.0.0.1:1");
    let silent = story
        .prune(&[])
        .env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
    story.stays(silent, "asking STS who the caller is");
}

#[test]
fn who_is_of_another_account_cannot_say_that_a_cluster_is_gone() {
    let story = Story::new();
    let foreign = cluster("there").of_account(OTHER_ACCOUNT);
    story.eks.add(foreign.clone());
    let absent = cluster("absent").of_account(OTHER_ACCOUNT);
    story.kubeconfig(&two(&foreign.arn(), &absent.arn()));
    story.stays(
        story.prune(&[]),
        "the credentials are of arn:aws:iam::111122223333:user/ops, which is another account",
    );
    // The partition is part of it.
    let elsewhere = |name| EksCluster {
        partition: "aws-cn".to_owned(),
        ..cluster(name).in_region("cn-north-1")
    };
    story.kubeconfig(&two(&elsewhere("there").arn(), &elsewhere("absent").arn()));
    story.stays(story.prune(&[]), "which is another account");
    assert_eq!(Vec::<String>::new(), story.eks.verdicts());
}

#[test]
fn each_cluster_is_asked_about_by_the_profile_or_the_role_of_its_users() {
    let story = Story::new();
    let other = story.sts.add(&Caller::user(OTHER_ACCOUNT, "ops"));
    story.sandbox.credentials_file(&[("prod", &other)]);
    let root = Caller::root(ACCOUNT).arn;
    let role = story
        .sts
        .add_role(Role::new("777788889999", "reader").trusts(&root));
    let gone = [
        (cluster("own"), String::new()),
        (
            cluster("prod").of_account(OTHER_ACCOUNT),
            "--profile=prod".to_owned(),
        ),
        (
            cluster("role").of_account("777788889999"),
            format!("--role-arn={role}"),
        ),
    ];
    let (mut clusters, mut contexts, mut users) = (String::new(), String::new(), String::new());
    for (cluster, argument) in &gone {
        let (name, arn) = (&cluster.name, cluster.arn());
        clusters += &format!("- {{name: '{arn}', cluster: {{server: https://x}}}}\n");
        contexts += &format!("- {{name: {name}, context: {{cluster: '{arn}', user: {name}}}}}\n");
        users += &format!(
            "- {{name: {name}, user: {{exec: {{command: token-exec, args: ['{argument}']}}}}}}\n"
        );
    }
    story.kubeconfig(&format!(
        "clusters:\n{clusters}contexts:\n{contexts}users:\n{users}"
    ));
    let pruned = story.prune(&[]).succeed();
    assert_eq!(
        (9, String::new()),
        (pruned.stdout.lines().count(), pruned.stderr)
    );
    let verdicts = story.eks.verdicts();
    assert_eq!(vec!["ResourceNotFoundException"; 3], verdicts);
    assert!(!story.file().contains("arn:"), "{}", story.file());
}

#[test]
fn entries_that_are_not_named_by_an_arn_are_left_alone() {
    let story = Story::new();
    let text = "clusters:\n- {name: gone, cluster: {server: https://x}}\ncontexts:\n- {name: gone, context: {cluster: gone, user: u}}\n";
    story.kubeconfig(text);
    let output = story.prune(&[]).succeed();
    assert_eq!(
        "notice: no entry is named by the ARN of a cluster\n",
        output.stderr
    );
    assert_eq!(text, story.file());
}

#[test]
fn what_cannot_be_edited_or_is_locked_stays_whole() {
    let story = Story::new();
    let gone = cluster("gone").arn();
    let refused = |text: &str, beginning: &str| {
        let path = story.kubeconfig(text);
        let output = story.prune(&[]).run();
        let said = output.stderr.replace(&path.display().to_string(), "F");
        assert_eq!(
            (Some(1), ""),
            (output.code, output.stdout.as_str()),
            "{text}"
        );
        assert!(
            said.starts_with(&format!("kubeconfig-gen: {beginning}")),
            "{said}"
        );
        assert_eq!(text, story.file());
    };
    refused("a: [", "F:1:");
    let duplicate =
        format!("clusters:\n- name: {gone}\n  cluster: {{}}\nclusters:\n- name: {gone}\n");
    refused(&duplicate, "F:4:1: the key stands in this mapping twice");
    let several = format!("clusters:\n- name: {gone}\n---\na: b\n");
    refused(&several, "F:3:1: a second document begins here");
    let text = two(&gone, &cluster("gone-too").arn());
    let path = story.kubeconfig(&text);
    let lock = story.sandbox.write("home/.kube/config.lock", "");
    let output = story.prune(&[]).run();
    assert!(
        output
            .stderr
            .contains(&format!("remove it: rm {}", lock.display())),
        "{}",
        output.stderr
    );
    assert_eq!(text, fs::read_to_string(path).unwrap());
    assert!(lock.exists());
}

#[test]
fn a_file_is_written_through_its_link_with_the_mode_it_had() {
    let story = Story::new();
    let gone = cluster("gone");
    let real = story
        .sandbox
        .write("home/real", two(&gone.arn(), &cluster("there").arn()));
    story.eks.add(cluster("there"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    fs::create_dir_all(story.sandbox.home().join(".kube")).unwrap();
    let link = story.sandbox.home().join(".kube/config");
    symlink(&real, &link).unwrap();
    story.prune(&[]).succeed();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(
        0o640,
        fs::metadata(&real).unwrap().permissions().mode() & 0o777
    );
    assert!(!fs::read_to_string(&real).unwrap().contains("gone"));
    let names = story.sandbox.files("home/.kube");
    assert_eq!(Vec::<PathBuf>::new(), names);
}

#[test]
fn a_stand_in_of_aws_does_not_say_what_is_gone_unless_it_is_trusted() {
    let story = Story::new();
    let (gone, there) = (cluster("gone"), cluster("there"));
    story.eks.add(there.clone());
    story.kubeconfig(&two(&gone.arn(), &there.arn()));
    let prune = || {
        let command = story.sandbox.command(Program::KubeconfigGen).arg("prune");
        command.keys(&story.keys)
    };
    let by_eks = prune()
        .env("AWS_ENDPOINT_URL_EKS", story.eks.url())
        .env("AWS_ENDPOINT_URL_STS", story.sts.url());
    let doubt = "is gone by the word of AWS_ENDPOINT_URL_EKS, which --trust-endpoint-url takes";
    story.stays(by_eks, &format!("{} stays: it {doubt}", gone.arn()));
    // Whoever says who is a member of the account is as good as who says what there is.
    story.sandbox.write(
        "home/.aws/config",
        format!(
            "[default]\nservices = local\n[services local]\nsts =\n  endpoint_url = {}\neks =\n  \
             endpoint_url = {}\n",
            story.sts.url(),
            story.eks.url()
        ),
    );
    story.stays(
        prune(),
        "it is gone by the word of endpoint_url of eks in [services local] of ",
    );
}

#[test]
fn what_others_write_while_it_waits_is_planned_with() {
    let story = Story::new();
    let (gone, anew) = (cluster("gone"), cluster("gone-too"));
    let path = story.kubeconfig(&two(&gone.arn(), &anew.arn()));
    let lock = story.sandbox.write("home/.kube/config.lock", "");
    let mut pruning = story.prune(&[]).start("prune");
    let waits = |line: &str| line.starts_with("notice: waiting for ").then_some(());
    pruning.wait_for_stderr(DEADLINE, waits);
    // Somebody adds a context that needs the user, and writes the other cluster made anew.
    let meanwhile = two(&gone.arn(), &anew.arn())
        .replace(
            "contexts:\n",
            "contexts:\n- {name: more, context: {cluster: x, user: gone-user}}\n",
        )
        .replace("https://there.example", "https://anew.example");
    fs::write(&path, &meanwhile).unwrap();
    fs::remove_file(lock).unwrap();
    assert!(
        pruning
            .wait(DEADLINE)
            .is_some_and(|status| status.success())
    );
    let file = story.file();
    assert!(
        file.contains("gone-user") && file.contains("https://anew.example"),
        "{file}"
    );
    assert!(!file.contains("https://gone.example"), "{file}");
}
