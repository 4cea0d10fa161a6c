//! The stand-in of IAM serves the AWS CLI, and IAM is asked where botocore asks it.

use e2e::support::command::Command;
use e2e::support::iam::Iam;
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::Sts;
use iam_aws::credentials::Credentials;

use crate::places::assert_as_botocore;

struct Story {
    sandbox: Sandbox,
    iam: Iam,
    keys: Keys,
    /// Whose keys they are.
    _sts: Sts,
}

impl Story {
    fn new(name: &str) -> Self {
        let sandbox = Sandbox::new(name);
        let sts = Sts::start_plain(sandbox.secrets());
        Self {
            keys: sts.add_assumed_role("reader", "me"),
            iam: Iam::start(&sts),
            sandbox,
            _sts: sts,
        }
    }

    fn cli(&self, peers: &Peers, arguments: &[&str]) -> Command<'_> {
        // At a URL of its own the CLI signs for the region that it is given.
        let cli = peers.aws_cli(&self.sandbox, "us-east-1");
        let cli = cli.args(["--output", "json", "iam"]).args(arguments);
        cli.env("AWS_ENDPOINT_URL_IAM", self.iam.url())
    }
}

#[test]
fn the_aws_cli_reads_users_and_roles() {
    let Some(peers) = Peers::for_story("the AWS CLI asks IAM") else {
        return;
    };
    let story = Story::new("iam");
    let (role, user) = (
        "arn:aws:iam::111122223333:role/team/Dev",
        "arn:aws:iam::111122223333:user/ann",
    );
    story.iam.add(role);
    story.iam.add(user);
    story.iam.add("arn:aws:iam::444455556666:user/stranger");
    let arn = |arguments: &[&str], pointer: &str| {
        let output = story.cli(&peers, arguments).keys(&story.keys).succeed();
        output.json().pointer(pointer).unwrap().clone()
    };
    assert_eq!(arn(&["get-role", "--role-name", "Dev"], "/Role/Arn"), role);
    assert_eq!(
        arn(&["get-role", "--role-name", "dev"], "/Role/Path"),
        "/team/"
    );
    assert_eq!(arn(&["get-user", "--user-name", "ann"], "/User/Arn"), user);

    let refused =
        |arguments: &[&str], keys: &Keys| story.cli(&peers, arguments).keys(keys).run().stderr;
    let told = refused(&["get-user", "--user-name", "stranger"], &story.keys);
    assert!(
        told.contains("(NoSuchEntity) when calling the GetUser"),
        "{told}"
    );
    let told = refused(&["get-user", "--user-name", "ann"], &Keys::long_lived());
    assert!(told.contains("(InvalidClientTokenId)"), "{told}");
    story.iam.deny("GetRole");
    let told = refused(&["get-role", "--role-name", "Dev"], &story.keys);
    assert!(
        told.contains("(AccessDenied) when calling the GetRole"),
        "{told}"
    );
}

#[test]
fn iam_is_asked_where_botocore_asks_it_in_every_region() {
    let Some(peers) = Peers::for_story("botocore tells where IAM is") else {
        return;
    };
    let credentials = Credentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".parse().unwrap(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".parse().unwrap(),
        session_token: None,
        expiry: None,
    };
    assert_as_botocore(&peers, "iam", |context| {
        let iam = iam_aws::iam::Iam::new(context, &credentials).unwrap();
        (iam.url().to_owned(), iam.signing_region().to_owned())
    });
}
