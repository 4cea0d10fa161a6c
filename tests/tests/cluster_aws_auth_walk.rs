//! The walk of `docs/aws-auth-sync.md` on a real kube-apiserver: its files are written as they
//! stand there, and each of its commands says what the page says that it does.

use std::{fs, os::unix::fs::symlink, path::Path, time::Duration};

use e2e::support::{
    cluster::{Cluster, Story, eventually},
    control_plane::{ReviewVersion, binaries},
    eks::{Eks, EksCluster},
    programs::Program,
    standin::Front,
    sts::STS_REGION,
};
use serde_json::json;

#[test]
fn every_command_of_the_page_does_what_the_page_says() {
    let cluster = Cluster::start_with(
        "walk",
        ReviewVersion::V1,
        Duration::from_secs(2),
        |_, config| config.server("additionalClusterIDs", json!(["demo"])),
    );
    let Some(cluster) = cluster else {
        return;
    };
    let story = cluster.story();
    let walk = Walk::prepare(&story);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/aws-auth-sync.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let mut taken = 0;
    for step in steps(&page) {
        match step {
            Step::File { name, text } => {
                story.sandbox.write(Path::new("home").join(name), text);
            }
            Step::Command { line, output } => {
                walk.take(&line, &output);
                taken += 1;
            }
        }
    }
    assert!(taken >= 10, "{taken} commands on the page");
}

/// What a block of the page is.
enum Step {
    /// YAML that begins with the name of its file.
    File { name: String, text: String },
    /// A command of a console, and what it shows.
    Command { line: String, output: Vec<String> },
}

/// The files and commands of a page, in their order.
fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for block in page.split("\n```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap_or_default();
        match (kind, text.strip_prefix("# ")) {
            ("yaml", Some(named)) => {
                let (name, text) = named.split_once('\n').unwrap_or_default();
                steps.push(Step::File {
                    name: name.to_owned(),
                    text: format!("{text}\n"),
                });
            }
            ("console", _) => steps.extend(commands(text)),
            _ => {}
        }
    }
    steps
}

fn commands(text: &str) -> impl Iterator<Item = Step> {
    let commands = text.split("$ ").skip(1).map(|command| {
        let mut lines = command.lines().map(str::to_owned);
        Step::Command {
            line: lines.next().unwrap_or_default(),
            output: lines.collect(),
        }
    });
    commands.collect::<Vec<_>>().into_iter()
}

/// Where the commands are run.
struct Walk<'a> {
    story: &'a Story<'a>,
    eks: Eks,
}

impl<'a> Walk<'a> {
    /// Programs on the path, keys of an administrator and of ann, and EKS, which knows the cluster.
    fn prepare(story: &'a Story<'a>) -> Self {
        let sandbox = &story.sandbox;
        let bin = sandbox.write("home/bin/.keep", "");
        let bin = bin.parent().expect("a file is in a directory");
        let kubectl = binaries::for_tests().expect("the cluster runs").kubectl();
        let programs = [
            Program::AwsAuthSync.path(),
            Program::KubeconfigGen.path(),
            Program::TokenExec.path(),
            &kubectl,
        ];
        for program in programs {
            let name = program.file_name().expect("a program has a name");
            symlink(program, bin.join(name)).expect("a link can be made");
        }
        let admin = story.sts.add_assumed_role("platform-admin", "you");
        let ann = story.sts.add_assumed_role("developer", "ann");
        sandbox.credentials_file(&[("default", &admin), ("ann", &ann)]);
        let eks = Eks::start(Front::Plain, &story.sts);
        let (address, authority) = story.api_server();
        let cluster = EksCluster {
            endpoint: format!("https://{address}"),
            ..EksCluster::new("demo", &authority)
        };
        eks.add(cluster.in_mode("CONFIG_MAP"));
        for name in ["role/nodes-2", "role/developer", "user/chief"] {
            eks.add_principal(&format!("arn:aws:iam::111122223333:{name}"));
        }
        Self { story, eks }
    }

    /// Runs a command of the page. What kubectl tells may wait until the webhook knows.
    fn take(&self, line: &str, expected: &[String]) {
        if line.starts_with("kubectl") {
            eventually(PATIENCE, || shows(&self.said(line), expected));
        }
        let said = self.said(line);
        assert!(shows(&said, expected), "$ {line}\n{said}");
    }

    /// Everything that a command shows, and its exit code where it is none.
    fn said(&self, line: &str) -> String {
        let sandbox = &self.story.sandbox;
        let bash = sandbox.command("/bin/bash");
        let bash = bash.args(["-c", &format!("exec 2>&1\n{line}")]);
        let path = format!("{}:/usr/bin:/bin", sandbox.home().join("bin").display());
        let output = bash
            .env("PATH", path)
            .env("KUBECONFIG", self.story.admin_kubeconfig())
            .env("AWS_REGION", STS_REGION)
            .env("AWS_ENDPOINT_URL_EKS", self.eks.url())
            .run();
        match output.code {
            Some(0) => output.stdout,
            code => format!("{}[exit {}]\n", output.stdout, code.unwrap_or_default()),
        }
    }
}

/// Whether a command shows these lines; `…` stands for anything within one, and alone for any.
fn shows(said: &str, expected: &[String]) -> bool {
    let mut said = said.lines().peekable();
    let mut is_gap = false;
    for line in expected {
        if line == "…" {
            is_gap = true;
            continue;
        }
        let is_it = |said: &&str| is_like(said, line);
        let found = match is_gap {
            true => said.find(is_it).is_some(),
            false => said.next().is_some_and(|said| is_like(said, line)),
        };
        if !found {
            return false;
        }
        is_gap = false;
    }
    is_gap || said.next().is_none()
}

fn is_like(said: &str, line: &str) -> bool {
    let Some((start, rest)) = line.split_once('…') else {
        return said == line;
    };
    let Some(said) = said.strip_prefix(start) else {
        return false;
    };
    let mut ends = (0..=said.len()).filter_map(|at| said.get(at..));
    ends.any(|end| is_like(end, rest))
}

const PATIENCE: Duration = Duration::from_secs(20);
