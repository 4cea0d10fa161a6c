//! The stand-in of EKS keeps access entries and modes as the AWS CLI expects, and refuses what
//! EKS refuses.

use e2e::support::command::Output;
use e2e::support::eks::{AccessEntry, Eks, EksCluster};
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::Front;
use e2e::support::sts::{STS_REGION, Sts};
use serde_json::{Value, json};

const DEV: &str = "arn:aws:iam::111122223333:role/team/dev";
const NODES: &str = "arn:aws:iam::111122223333:role/nodes";
const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

struct Story {
    peers: Peers,
    _sts: Sts,
    eks: Eks,
    sandbox: Sandbox,
    keys: Keys,
    cluster: EksCluster,
}

impl Story {
    fn new(story: &str, mode: &str) -> Option<Self> {
        let peers = Peers::for_story(story)?;
        let sandbox = Sandbox::new("eks-access");
        let sts = Sts::start_plain(sandbox.secrets());
        let keys = sts.add_assumed_role("dev", "me");
        let eks = Eks::start(Front::Plain, &sts);
        let cluster = EksCluster::new("demo", "").in_mode(mode);
        eks.add(cluster.clone());
        for arn in [DEV, NODES] {
            eks.add_principal(arn);
        }
        Some(Self {
            peers,
            _sts: sts,
            eks,
            sandbox,
            keys,
            cluster,
        })
    }

    /// An operation of the AWS CLI with the JSON of its input.
    fn run(&self, operation: &str, input: &Value) -> Output {
        let cli = self.peers.aws_cli(&self.sandbox, STS_REGION);
        let cli = cli.keys(&self.keys).args(["--output", "json", "eks"]);
        let cli = cli.args([operation, "--cli-input-json", &input.to_string()]);
        cli.env("AWS_ENDPOINT_URL_EKS", self.eks.url()).run()
    }

    fn done(&self, operation: &str, input: &Value) -> Value {
        let output = self.run(operation, input);
        assert_eq!((Some(0), ""), (output.code, output.stderr.as_str()));
        match output.stdout.as_str() {
            "" => Value::Null,
            _ => output.json(),
        }
    }

    /// What it is refused with: `CODE: MESSAGE`.
    fn refused(&self, operation: &str, input: &Value) -> String {
        let output = self.run(operation, input);
        assert_ne!(Some(0), output.code, "{}", output.stdout);
        let (_, rest) = output.stderr.split_once("An error occurred (").unwrap();
        let (code, rest) = rest.split_once(')').unwrap();
        let (_, message) = rest.split_once(": ").unwrap();
        format!("{code}: {}", message.trim())
    }
}

fn about(principal: &str, more: &Value) -> Value {
    let mut input = json!({ "clusterName": "demo", "principalArn": principal });
    let members = input.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    input
}

#[test]
fn the_aws_cli_makes_changes_lists_and_deletes_access_entries() {
    let Some(story) = Story::new("the AWS CLI makes access entries", "API") else {
        return;
    };
    let given = json!({ "kubernetesGroups": ["devs"], "tags": { "by": "us" } });
    let created = story.done("create-access-entry", &about(DEV, &given));
    let entry = created.get("accessEntry").unwrap();
    let expected = [
        ("principalArn", json!(DEV)),
        ("type", json!("STANDARD")),
        ("kubernetesGroups", json!(["devs"])),
        ("tags", json!({ "by": "us" })),
        (
            "username",
            json!("arn:aws:sts::111122223333:assumed-role/dev/{{SessionName}}"),
        ),
    ];
    for (name, value) in expected {
        assert_eq!(Some(&value), entry.get(name), "{name}");
    }
    assert_eq!(
        created,
        story.done("describe-access-entry", &about(DEV, &json!({})))
    );
    story.done(
        "create-access-entry",
        &about(NODES, &json!({ "type": "EC2_LINUX" })),
    );
    story.eks.set_page(1);
    let listed = story.done("list-access-entries", &json!({ "clusterName": "demo" }));
    assert_eq!(json!({ "accessEntries": [NODES, DEV] }), listed);
    // What is not given stays.
    story.done(
        "update-access-entry",
        &about(DEV, &json!({ "username": "dev:{{SessionName}}" })),
    );
    let changed = AccessEntry::new(DEV, "STANDARD")
        .groups(&["devs"])
        .tag("by", "us");
    let changed = changed.username("dev:{{SessionName}}");
    let nodes = AccessEntry::new(NODES, "EC2_LINUX");
    assert_eq!(
        vec![nodes.clone(), changed],
        story.eks.entries(&story.cluster)
    );
    story.done("delete-access-entry", &about(DEV, &json!({})));
    assert_eq!(vec![nodes], story.eks.entries(&story.cluster));
}

#[test]
fn the_aws_cli_binds_policies_and_the_same_again_replaces_its_scope() {
    let Some(story) = Story::new("the AWS CLI binds access policies", "API") else {
        return;
    };
    story
        .eks
        .put_entry(&story.cluster, AccessEntry::new(DEV, "STANDARD"));
    let scopes = [
        json!({ "type": "cluster", "namespaces": [] }),
        json!({ "type": "namespace", "namespaces": ["shop", "dev-*"] }),
    ];
    for scope in scopes {
        let given = json!({ "policyArn": VIEW, "accessScope": scope });
        let bound = story.done("associate-access-policy", &about(DEV, &given));
        assert_eq!(
            Some(&scope),
            bound.pointer("/associatedAccessPolicy/accessScope")
        );
        let listed = story.done("list-associated-access-policies", &about(DEV, &json!({})));
        let policies = listed.get("associatedAccessPolicies").unwrap();
        let policies = policies.as_array().unwrap();
        assert_eq!(1, policies.len());
        assert_eq!(Some(&scope), policies.first().unwrap().get("accessScope"));
    }
    let of_policy = json!({ "clusterName": "demo", "associatedPolicyArn": VIEW });
    let of_policy = story.done("list-access-entries", &of_policy);
    assert_eq!(json!({ "accessEntries": [DEV] }), of_policy);
    let known = story.done("list-access-policies", &json!({}));
    let known = known.get("accessPolicies").unwrap().as_array().unwrap();
    assert!(known.contains(&json!({ "name": "AmazonEKSViewPolicy", "arn": VIEW })));
    let policy = about(DEV, &json!({ "policyArn": VIEW }));
    story.done("disassociate-access-policy", &policy);
    assert_eq!(
        "ResourceNotFoundException: The specified policyArn could not be found.",
        story.refused("disassociate-access-policy", &policy)
    );
}

#[test]
fn entries_are_refused_as_by_eks() {
    let Some(story) = Story::new("the AWS CLI is refused access entries", "API") else {
        return;
    };
    let user = "arn:aws:iam::111122223333:user/ann";
    let foreign = "arn:aws:iam::444455556666:role/far";
    for arn in [user, foreign] {
        story.eks.add_principal(arn);
    }
    let role_wanted =
        "The principal of a EC2_LINUX access entry must be a role of the cluster's account";
    let table = [
        (
            "arn:aws:iam::111122223333:role/dev",
            json!({}),
            "The specified principalArn is invalid: invalid principal.",
        ),
        (
            DEV,
            json!({ "kubernetesGroups": ["a", "system:masters"] }),
            "The kubernetes group name system:masters is invalid, it cannot start with system:",
        ),
        (
            DEV,
            json!({ "username": "eks:me" }),
            "The username must not begin with eks:",
        ),
        (
            DEV,
            json!({ "username": "dev{{SessionName}}" }),
            "The username must contain a colon before {{SessionName}}",
        ),
        (
            DEV,
            json!({ "username": "dev-{{SessionNameRaw}}:" }),
            "The username must contain a colon before {{SessionName}}",
        ),
        (
            DEV,
            json!({ "type": "ec2_linux" }),
            "The specified type ec2_linux is invalid",
        ),
        (
            NODES,
            json!({ "type": "EC2_LINUX", "kubernetesGroups": [] }),
            "The kubernetesGroups and username cannot be set for an access entry of type EC2_LINUX",
        ),
        (user, json!({ "type": "EC2_LINUX" }), role_wanted),
        (foreign, json!({ "type": "EC2_LINUX" }), role_wanted),
    ];
    for (principal, given, message) in table {
        let refused = story.refused("create-access-entry", &about(principal, &given));
        assert_eq!(
            format!("InvalidParameterException: {message}"),
            refused,
            "{principal} {given}"
        );
    }
}

#[test]
fn entries_are_one_a_principal_and_so_many_a_cluster() {
    let Some(story) = Story::new("the AWS CLI makes one access entry too many", "API") else {
        return;
    };
    for operation in [
        "describe-access-entry",
        "delete-access-entry",
        "update-access-entry",
    ] {
        assert_eq!(
            "ResourceNotFoundException: The specified principalArn could not be found.",
            story.refused(operation, &about(DEV, &json!({})))
        );
    }
    story
        .eks
        .put_entry(&story.cluster, AccessEntry::new(DEV, "STANDARD"));
    assert_eq!(
        "ResourceInUseException: The specified access entry resource is already in use on this cluster.",
        story.refused("create-access-entry", &about(DEV, &json!({})))
    );
    story.eks.set_most_entries(1);
    assert_eq!(
        "ResourceLimitExceededException: The cluster has reached the limit of 1 access entries",
        story.refused("create-access-entry", &about(NODES, &json!({})))
    );
}

#[test]
fn policies_are_refused_as_by_eks() {
    let Some(story) = Story::new("the AWS CLI is refused access policies", "API") else {
        return;
    };
    for entry in [
        AccessEntry::new(DEV, "STANDARD"),
        AccessEntry::new(NODES, "EC2_LINUX"),
    ] {
        story.eks.put_entry(&story.cluster, entry);
    }
    let unknown = VIEW.replace("View", "Veiw");
    let scope = "InvalidParameterException: The accessScope parameter value is not valid.";
    let cluster = json!({ "type": "cluster" });
    let table = [
        (
            DEV,
            unknown.as_str(),
            cluster.clone(),
            "InvalidParameterException: The policyArn parameter value is not valid.",
        ),
        (
            DEV,
            VIEW,
            json!({ "type": "cluster", "namespaces": ["a"] }),
            scope,
        ),
        (DEV, VIEW, json!({ "type": "namespace" }), scope),
        (
            DEV,
            VIEW,
            json!({ "type": "namespace", "namespaces": ["a*b"] }),
            scope,
        ),
        (
            NODES,
            VIEW,
            cluster,
            "InvalidRequestException: Access policies cannot be associated with an access entry of type EC2_LINUX",
        ),
    ];
    for (principal, policy, scope, message) in table {
        let given = about(
            principal,
            &json!({ "policyArn": policy, "accessScope": scope }),
        );
        assert_eq!(
            message,
            story.refused("associate-access-policy", &given),
            "{given}"
        );
    }
}

#[test]
fn a_mode_moves_one_way_and_takes_its_time() {
    let Some(story) = Story::new("the AWS CLI changes the mode", "CONFIG_MAP") else {
        return;
    };
    story
        .eks
        .add(story.cluster.clone().managing(NODES, "EC2_LINUX"));
    assert_eq!(
        "InvalidRequestException: The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
        story.refused("list-access-entries", &json!({ "clusterName": "demo" }))
    );
    let to = |mode: &str| json!({ "name": "demo", "accessConfig": { "authenticationMode": mode } });
    assert_eq!(
        "InvalidParameterException: Unsupported authentication mode update from CONFIG_MAP to API",
        story.refused("update-cluster-config", &to("API"))
    );
    let begun = story.done("update-cluster-config", &to("API_AND_CONFIG_MAP"));
    assert_eq!(Some(&json!("InProgress")), begun.pointer("/update/status"));
    let id = begun.pointer("/update/id").unwrap();
    let look = || {
        let update = story.done(
            "describe-update",
            &json!({ "name": "demo", "updateId": id }),
        );
        update.pointer("/update/status").unwrap().clone()
    };
    assert_eq!(
        "ResourceInUseException: Cannot AccessConfigUpdate because cluster demo currently has an update in progress",
        story.refused("update-cluster-config", &to("API_AND_CONFIG_MAP"))
    );
    assert_eq!(json!("InProgress"), look());
    assert_eq!(
        Some("CONFIG_MAP"),
        story.eks.mode(&story.cluster).as_deref()
    );
    assert_eq!(json!("Successful"), look());
    assert_eq!(
        Some("API_AND_CONFIG_MAP"),
        story.eks.mode(&story.cluster).as_deref()
    );
    assert_eq!(
        vec![AccessEntry::new(NODES, "EC2_LINUX")],
        story.eks.entries(&story.cluster)
    );
    assert_eq!(
        "InvalidParameterException: Unsupported authentication mode update from API_AND_CONFIG_MAP to CONFIG_MAP",
        story.refused("update-cluster-config", &to("CONFIG_MAP"))
    );
}
