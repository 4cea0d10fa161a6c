//! `aws-auth-sync lint --online`: IAM says who is there and how it is spelled, and what it does not
//! say is no failure.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use e2e::support::command::{Command, Output};
use e2e::support::iam::Iam;
use e2e::support::keys::Keys;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::Fault;
use e2e::support::sts::{STS_REGION, Sts};

const SOURCE: &str = "\
apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: platform
roles:
- {rolearn: \"arn:aws:iam::111122223333:role/dev\", username: dev, groups: [devs]}
- {rolearn: \"arn:aws:iam::111122223333:role/OPS\", username: ops, groups: [ops]}
- {rolearn: \"arn:aws:iam::111122223333:role/gone\", username: gone, groups: [ops]}
- {rolearn: \"arn:aws:iam::444455556666:role/theirs\", username: theirs, groups: [ops]}
users:
- {userarn: \"arn:aws:iam::111122223333:user/ann\", username: ann, groups: [ops]}
- {userarn: \"arn:aws:iam::111122223333:user/team/bob\", username: bob, groups: [ops]}
- {userarn: \"arn:aws:iam::111122223333:user/eve\", username: eve, groups: [ops]}
";

struct Story {
    sandbox: Sandbox,
    sts: Sts,
    iam: Iam,
    keys: Keys,
}

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("lint-online");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_assumed_role("reader", "me");
        let iam = Iam::start(&sts);
        for name in [
            "role/team/dev",
            "role/ops",
            "user/team/ann",
            "user/team/bob",
            "user/Eve",
        ] {
            iam.add(&format!("arn:aws:iam::111122223333:{name}"));
        }
        sandbox.write("home/f.yaml", SOURCE);
        Self {
            sandbox,
            sts,
            iam,
            keys,
        }
    }

    fn lint(&self, arguments: &[&str]) -> Command<'_> {
        let command = self.sandbox.command(Program::AwsAuthSync);
        let command = command
            .args(["lint", "f.yaml", "-o", "json"])
            .args(arguments);
        let command = command.env("AWS_ENDPOINT_URL_STS", self.sts.url());
        let command = command.env("AWS_ENDPOINT_URL_IAM", self.iam.url());
        command.env("AWS_REGION", STS_REGION).keys(&self.keys)
    }
}

/// `CODE LINE HINT` of each finding.
fn findings(output: &Output) -> Vec<String> {
    let document = output.json();
    let findings = document.get("findings").unwrap().as_array().unwrap();
    let lines = findings.iter().map(|finding| {
        let text = |name: &str| finding.get(name).and_then(|value| value.as_str());
        let line = finding.get("line").unwrap();
        format!("{} {line} {}", text("code").unwrap(), text("hint").unwrap())
    });
    lines.collect()
}

const OTHERS: &str = "notice: IAM tells account 111122223333 nothing of the 1 users and roles of \
                      other accounts\n";

#[test]
fn iam_is_asked_only_when_that_is_wanted() {
    let story = Story::new();
    let output = story.lint(&[]).run();
    assert_eq!(
        (Some(0), Vec::<String>::new()),
        (output.code, findings(&output))
    );
    assert_eq!(0, story.iam.requests().len() + story.sts.requests().len());
}

#[test]
fn who_is_not_there_or_is_spelled_otherwise_is_found_and_mended() {
    let story = Story::new();
    let output = story.lint(&["--online"]).run();
    assert_eq!((Some(3), OTHERS), (output.code, output.stderr.as_str()));
    let nobody = |kind: &str| {
        format!(
            "correct the name, its case included, or remove the entry: whoever makes a {kind} of \
             that name gets its rights"
        )
    };
    let write = |name: &str| format!("write arn:aws:iam::111122223333:{name}");
    let expected = [
        format!("A20 6 {}", write("role/ops")),
        format!("A16 7 {}", nobody("role")),
        format!("A11 10 {}", write("user/team/ann")),
        format!("A20 12 {}", write("user/Eve")),
    ];
    assert_eq!(findings(&output), expected);
    // One question for each, and none for a stranger's.
    assert_eq!(6, story.iam.requests().len());

    let output = story.lint(&["--online", "--fix"]).run();
    assert_eq!(findings(&output), [expected[1].clone()]);
    let mended = std::fs::read_to_string(story.sandbox.path().join("home/f.yaml")).unwrap();
    let expected = SOURCE
        .replace("role/OPS", "role/ops")
        .replace("user/ann", "user/team/ann")
        .replace("user/eve", "user/Eve");
    assert_eq!(mended, expected);
}

#[test]
fn what_iam_does_not_tell_is_not_known_and_no_failure() {
    let story = Story::new();
    story.iam.deny("GetRole");
    let output = story.lint(&["--online", "--fail-on", "warning"]).run();
    let denied = "notice: of 3 of 6 users and roles nothing is known: asking IAM for the role dev \
                  (iam:GetRole): AccessDenied: ";
    assert!(output.stderr.starts_with(OTHERS), "{}", output.stderr);
    assert!(output.stderr.contains(denied), "{}", output.stderr);
    let codes: Vec<String> = findings(&output)
        .iter()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(codes, ["A11 10", "A20 12"]);

    story.iam.set_fault(Fault::Error {
        status: 400,
        code: "Throttling",
    });
    let output = story.lint(&["--online", "--fail-on", "warning"]).run();
    assert_eq!(
        (Some(0), Vec::<String>::new()),
        (output.code, findings(&output))
    );
    let throttled = "notice: of 6 of 6 users and roles nothing is known: asking IAM for the role \
                     dev (iam:GetRole): Throttling: an error on demand";
    assert!(output.stderr.contains(throttled), "{}", output.stderr);

    let keys = Keys::long_lived();
    let output = story.lint(&["--online"]).keys(&keys).run();
    assert_eq!(
        (Some(0), Vec::<String>::new()),
        (output.code, findings(&output))
    );
    let nobody = "warning: nothing is known of IAM's users and roles (A11, A16, A20): asking STS";
    assert!(output.stderr.starts_with(nobody), "{}", output.stderr);
}
