//! The stand-in of EC2 serves the AWS CLI, and EC2 is asked where botocore asks it.

use e2e::support::command::Command;
use e2e::support::ec2::{Ec2, Instance, REGION};
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{ACCOUNT, Sts};
use iam_aws::fetch;
use serde_json::json;

use crate::places::assert_as_botocore;

const ID: &str = "i-0123456789abcdef0";

struct Story {
    sandbox: Sandbox,
    ec2: Ec2,
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
            ec2: Ec2::start(&sts),
            sandbox,
            _sts: sts,
        }
    }

    fn describe<'a>(&'a self, peers: &Peers, ids: &str) -> Command<'a> {
        let filter = format!("Name=instance-id,Values={ids}");
        let cli = peers.aws_cli(&self.sandbox, REGION);
        cli.args(["--output", "json", "ec2", "describe-instances"])
            .args(["--filters", &filter])
            .env("AWS_ENDPOINT_URL_EC2", self.ec2.url())
    }
}

#[test]
fn the_aws_cli_describes_instances() {
    let Some(peers) = Peers::for_story("the AWS CLI asks EC2") else {
        return;
    };
    let story = Story::new("describe");
    let name = "ip-10-0-0-1.us-west-2.compute.internal";
    story.ec2.put(Instance::running(ID, ACCOUNT, name));
    let ids = format!("{ID},i-0123456789abcdef1");
    let described = story.describe(&peers, &ids).keys(&story.keys).succeed();
    let described = described.json();
    let [reservation] = described["Reservations"].as_array().unwrap().as_slice() else {
        panic!("{described}");
    };
    let of_instance = |pointer: &str| reservation.pointer(pointer).cloned();
    let expected = [
        ("/OwnerId", json!(ACCOUNT)),
        ("/Instances/0/InstanceId", json!(ID)),
        ("/Instances/0/PrivateDnsName", json!(name)),
        ("/Instances/0/State/Name", json!("running")),
        ("/Instances/0/Tags/0/Value", json!("a & b")),
    ];
    for (pointer, value) in expected {
        assert_eq!(Some(value), of_instance(pointer), "{pointer}");
    }

    let none = story.describe(&peers, "i-00000000").keys(&story.keys);
    assert_eq!(json!({"Reservations": []}), none.succeed().json());
}

#[test]
fn the_aws_cli_is_refused_with_keys_of_nobody() {
    let Some(peers) = Peers::for_story("the AWS CLI asks EC2 as nobody") else {
        return;
    };
    let story = Story::new("nobody");
    let stranger = Keys::long_lived();
    let refused = story.describe(&peers, ID).keys(&stranger).run();
    let expected = "An error occurred (AuthFailure) when calling the DescribeInstances operation";
    assert!(refused.stderr.contains(expected), "{}", refused.stderr);
}

#[test]
fn ec2_is_asked_where_botocore_asks_it_in_every_region() {
    let Some(peers) = Peers::for_story("botocore tells where EC2 is") else {
        return;
    };
    assert_as_botocore(&peers, "ec2", |context| {
        let place = fetch::ec2_place(context).unwrap();
        (place.url, place.region.to_string())
    });
}
