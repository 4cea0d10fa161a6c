//! Files in the shape of aws-iam-authenticator, and every way to get one wrong.

use std::fs;

use super::*;

const PATH: &str = "config.yaml";

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    Config::parse(Path::new(PATH), text, &Overrides::default())
}

fn faults(text: &str) -> Vec<String> {
    match parse(text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

/// A file with one setting under `server`, whose faults begin after `config.yaml:`.
fn faults_of(setting: &str) -> Vec<String> {
    let text = format!("clusterID: c\nserver:\n  {setting}\n");
    let faults = faults(&text).into_iter();
    faults
        .map(|fault| fault.trim_start_matches("config.yaml:").to_owned())
        .collect()
}

fn warnings_of(setting: &str) -> Vec<String> {
    let config = parse(&format!("clusterID: c\nserver:\n  {setting}\n")).unwrap();
    config.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn the_least_file_has_the_defaults_of_aws_iam_authenticator() {
    let config = parse("clusterID: my-cluster\n").unwrap();
    assert_eq!(config.cluster_id().as_str(), "my-cluster");
    assert_eq!(config.partition(), Partition::Aws);
    assert_eq!(
        (config.address(), config.port()),
        ([127, 0, 0, 1].into(), 21_362)
    );
    assert_eq!(
        (config.admin_address(), config.admin_port()),
        ([127, 0, 0, 1].into(), 21_363)
    );
    assert_eq!(config.hostname(), "localhost");
    assert_eq!(config.state_dir(), Path::new("/var/aws-iam-authenticator"));
    assert_eq!(
        config.generate_kubeconfig(),
        Path::new("/etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml")
    );
    assert!(!config.kubeconfig_pregenerated());
    assert_eq!((config.kubeconfig(), config.master()), (None, None));
    assert_eq!(config.backend_modes(), [BackendMode::MountedFile]);
    assert_eq!(
        (
            config.client_ca(),
            config.mounted_file(),
            config.sts_ca_bundle()
        ),
        (None, None, None)
    );
    assert_eq!(config.shutdown_grace(), Duration::from_secs(20));
    assert_eq!(config.request_deadline(), Duration::from_secs(5));
    assert_eq!(config.cache_freshness(), Duration::from_secs(60));
    assert_eq!(config.max_connections(), 10_000);
    assert_eq!(config.audiences(), &Audiences::Any);
    assert_eq!(config.inline().entries, []);
    assert_eq!(config.warnings(), []);
}

const BOTH_SIDES: &str = "\
clusterid: c
defaultRole: arn:aws:iam::111122223333:role/Client
externalID: x
cache: true
SERVER:
  PARTITION: aws-us-gov
  port: '8443'
  address: 0.0.0.0
  hostname: webhook.local
  StateDir: /state
  generatekubeconfig: /out/kubeconfig.yaml
  kubeconfigPregenerated: true
  kubeconfig: /in/kubeconfig
  master: https://10.0.0.1:6443
  backendMode: MountedFile,EKSConfigMap
  scrubbedAccounts: [111122223333, '012345678901']
  ec2DescribeInstancesRoleARN: ''
  dynamicfilepath:
  reservedPrefixConfig:
  - backendmode: EKSConfigMap
    usernamePrefixReserveList: ['aws:', 'eks:']
  mapRoles:
  - rolearn: arn:aws-us-gov:iam::111122223333:role/Admin
    username: admin
    groups: [system:masters]
  mapUsers: []
  mapAccounts:
  - '111122223333'
";

#[test]
fn a_file_of_both_sides_loads_in_any_case_of_its_keys() {
    let config = parse(BOTH_SIDES).unwrap();
    assert_eq!(config.cluster_id().as_str(), "c");
    assert_eq!(config.partition(), Partition::AwsUsGov);
    assert_eq!(
        (config.address(), config.port()),
        ([0, 0, 0, 0].into(), 8_443)
    );
    assert_eq!(config.hostname(), "webhook.local");
    assert_eq!(config.state_dir(), Path::new("/state"));
    assert_eq!(
        config.generate_kubeconfig(),
        Path::new("/out/kubeconfig.yaml")
    );
    assert!(config.kubeconfig_pregenerated());
    assert_eq!(config.kubeconfig(), Some(Path::new("/in/kubeconfig")));
    assert_eq!(config.master(), Some("https://10.0.0.1:6443"));
    assert_eq!(
        config.backend_modes(),
        [BackendMode::MountedFile, BackendMode::EksConfigMap]
    );
    let scrubbed: Vec<&str> = config
        .scrubbed_accounts()
        .iter()
        .map(AccountId::as_str)
        .collect();
    assert_eq!(scrubbed, ["111122223333", "012345678901"]);
    assert_eq!(
        config
            .reserved_prefixes()
            .find(BackendMode::EksConfigMap, "eks:a"),
        Some("eks:")
    );
    assert_eq!(config.inline().entries.len(), 2);
    assert_eq!(config.inline().diagnostics, []);
    assert_eq!(config.warnings(), []);
}

#[test]
fn a_dynamic_file_is_named_with_what_its_entries_are_matched_by() {
    let dynamic = |settings: &str| {
        let text = format!("clusterID: c\nserver: {{backendMode: DynamicFile, {settings}}}\n");
        parse(&text).map(|config| config.dynamic_file())
    };
    let file = |match_by| {
        let path = "/f.json".into();
        Some(DynamicFile { path, match_by })
    };
    assert_eq!(dynamic("dynamicfilepath: /f.json"), Ok(file(MatchBy::Arn)));
    assert_eq!(
        dynamic("dynamicFilePath: /f.json, dynamicfileUserIDStrict: true"),
        Ok(file(MatchBy::UserId))
    );
    let missing = dynamic("dynamicfilepath: ''").map_err(|errors| errors.to_string());
    let expected = "config.yaml: server.dynamicfilepath names no file, and DynamicFile is among \
                    the sources (name the JSON file of mappings; it need not exist yet)";
    assert_eq!(missing, Err(expected.to_owned()));
}

#[test]
fn our_own_settings_stand_beside() {
    let config = parse(
        "\
clusterID: c
server:
  adminAddress: '::1'
  adminPort: 0
  clientCA: /pki/client-ca.crt
  audiences: [https://kubernetes.default.svc]
  shutdownGrace: 1m30s
  requestDeadline: 3s
  cacheFreshness: 0s
  maxConnections: 100
  mountedFile: /etc/aws-auth
  stsCABundle: /pki/sts.crt
  stsRegions: [zz-north-9]
  stsResolve:
    sts.zz-north-9.amazonaws.com: 127.0.0.1:8443
    sts.us-east-1.amazonaws.com: '[::1]:8443'
    sts.amazonaws.com: 10.0.0.1
",
    )
    .unwrap();
    assert_eq!(
        (config.admin_address(), config.admin_port()),
        ("::1".parse().unwrap(), 0)
    );
    assert_eq!(config.client_ca(), Some(Path::new("/pki/client-ca.crt")));
    assert_eq!(
        config.audiences(),
        &Audiences::Only(vec!["https://kubernetes.default.svc".to_owned()])
    );
    assert_eq!(config.shutdown_grace(), Duration::from_secs(90));
    assert_eq!(config.request_deadline(), Duration::from_secs(3));
    assert_eq!(config.cache_freshness(), Duration::ZERO);
    assert_eq!(config.max_connections(), 100);
    assert_eq!(config.mounted_file(), Some(Path::new("/etc/aws-auth")));
    assert_eq!(config.sts_ca_bundle(), Some(Path::new("/pki/sts.crt")));
    assert_eq!(config.sts_regions(), ["zz-north-9".parse().unwrap()]);
    let resolve: Vec<String> = config
        .sts_resolve()
        .iter()
        .map(|(host, address)| format!("{host} {address}"))
        .collect();
    assert_eq!(
        resolve,
        [
            "sts.amazonaws.com 10.0.0.1:443",
            "sts.us-east-1.amazonaws.com [::1]:8443",
            "sts.zz-north-9.amazonaws.com 127.0.0.1:8443",
        ]
    );
}

#[test]
fn what_the_command_line_says_wins() {
    let overrides = Overrides {
        cluster_id: Some("flag".parse().unwrap()),
        partition: Some(Partition::AwsCn),
        port: Some(1),
        backend_modes: vec![BackendMode::EksConfigMap],
        aws_ca_bundle: Some("/env.crt".into()),
        ..Overrides::default()
    };
    let read = |text| Config::parse(Path::new(PATH), text, &overrides).unwrap();
    let config =
        read("clusterID: file\nserver: {port: 2, partition: aws, stsCABundle: /file.crt}\n");
    assert_eq!(config.cluster_id().as_str(), "flag");
    assert_eq!((config.partition(), config.port()), (Partition::AwsCn, 1));
    assert_eq!(config.backend_modes(), [BackendMode::EksConfigMap]);
    // The variable is the environment's word, not the command line's.
    assert_eq!(config.sts_ca_bundle(), Some(Path::new("/file.crt")));
    assert_eq!(read("").sts_ca_bundle(), Some(Path::new("/env.crt")));
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    let text = "\
clusterId: c d
cluster: x
server:
  port: 70000
  backendMode: [MountedFile, CRD, File]
  mapRole: []
  mapUsers: {}
  sourceARN: A
";
    assert_eq!(
        faults(text),
        [
            "config.yaml:1:12: clusterID: \"c d\" is not a cluster identifier (a letter or digit, \
             then up to 255 of letters, digits and . _ : / -)"
                .to_owned(),
            "config.yaml:2:1: unknown key cluster (did you mean clusterID?)".to_owned(),
            "config.yaml:4:9: server.port: not a port from 0 to 65535".to_owned(),
            "config.yaml:5:35: MountedFile is given twice".to_owned(),
            "config.yaml:6:3: unknown key server.mapRole (did you mean server.mapRoles?)"
                .to_owned(),
            "config.yaml:7:13: server.mapUsers must be a list".to_owned(),
            "config.yaml:8:14: server.sourceARN: \"A\" does not begin with arn:".to_owned(),
        ]
    );
}

const RULES: &[(&str, &str)] = &[
    ("partition: aws-mars", "3:14: server.partition: "),
    (
        "address: localhost",
        "3:12: server.address: not an IP address",
    ),
    (
        "kubeconfigPregenerated: perhaps",
        "3:27: server.kubeconfigPregenerated: neither true nor false",
    ),
    (
        "master: 10.0.0.1",
        "3:11: server.master: not the URL of an API server",
    ),
    (
        "shutdownGrace: 20",
        "3:18: server.shutdownGrace: not a duration such as 500ms, 20s or 1m30s",
    ),
    (
        "requestDeadline: 31s",
        "3:20: server.requestDeadline: not between 500ms and 30s",
    ),
    (
        "cacheFreshness: 16m",
        "3:19: server.cacheFreshness: not between 0ns and 900s",
    ),
    (
        "maxConnections: 0",
        "3:19: server.maxConnections: not a number from 1 to 1000000",
    ),
    (
        "scrubbedAccounts: [1234]",
        "3:22: server.scrubbedAccounts: ",
    ),
    (
        "stsRegions: [cn-north-1]",
        "3:16: server.stsRegions: cn-north-1 is a region of partition aws-cn, not of aws",
    ),
    ("stsRegions: ['@']", "3:16: server.stsRegions: "),
    (
        "stsRegions: [s3]",
        "3:16: server.stsRegions: s3 has not the shape of a region, such as us-west-2",
    ),
    (
        "stsRegions: [s3-us-west-2]",
        "3:16: server.stsRegions: s3-us-west-2 has not the shape of a region, such as us-west-2",
    ),
    (
        "stsResolve: {sts.us-east1.amazonaws.com: 127.0.0.1:1}",
        "3:16: server.stsResolve: not an STS host of this partition and of server.stsRegions \
             (did you mean sts.us-east-1.amazonaws.com?)",
    ),
    (
        "stsResolve: {sts.us-east-1.amazonaws.com: localhost:1}",
        "3:45: server.stsResolve: not an address `ip:port`",
    ),
    (
        "stsResolve: []",
        "3:15: server.stsResolve must map STS hosts to `ip:port`",
    ),
    (
        "backendMode: [mountedfile]",
        "3:17: server.backendMode: \"mountedfile\" is not a backend mode; use MountedFile, EKSConfigMap, AccessEntries, CRD or DynamicFile",
    ),
    ("port: [1]", "3:9: server.port must be a single value"),
    (
        "reservedPrefixConfig: {}",
        "3:25: server.reservedPrefixConfig must be a list",
    ),
    (
        "reservedPrefixConfig: [{}]",
        "3:26: server.reservedPrefixConfig.backendMode is missing",
    ),
    (
        "dynamicfileUserIDStrict: maybe",
        "3:28: server.dynamicfileUserIDStrict: neither true nor false",
    ),
    (
        "ec2DescribeInstancesRoleARN: arn:aws:iam::111122223333:user/a",
        "3:32: server.ec2DescribeInstancesRoleARN: not the ARN of a role",
    ),
    (
        "ec2DescribeInstancesQps: -1",
        "3:28: server.ec2DescribeInstancesQps: not a number from 0 to 10000",
    ),
    (
        "additionalClusterIDs: [a, b, a]",
        "3:32: server.additionalClusterIDs: a is given twice, or is the cluster's own id",
    ),
    (
        "additionalClusterIDs: [old, c]",
        "3:31: server.additionalClusterIDs: c is given twice, or is the cluster's own id",
    ),
    (
        "additionalClusterIDs: [a, b, d, e, f]",
        "3:38: server.additionalClusterIDs: more than 4 ids",
    ),
    (
        "additionalClusterIDs: ['two words']",
        "3:26: server.additionalClusterIDs: ",
    ),
    ("frobnicate: 1", "3:3: unknown key server.frobnicate"),
];

#[test]
fn each_value_has_its_own_rule() {
    for (setting, expected) in RULES.iter().copied() {
        let found = faults_of(setting);
        let [fault] = found.as_slice() else {
            panic!("{setting}: {found:?}")
        };
        if expected.ends_with(": ") {
            assert!(fault.starts_with(expected), "{setting}: {fault}");
        } else {
            assert_eq!(fault, expected, "{setting}");
        }
    }
}

#[test]
fn what_is_no_configuration_at_all_is_one_fault() {
    let table = [
        ("a: [", "config.yaml:"),
        (
            "- a",
            "config.yaml:1:1: the file must be a mapping of keys to values",
        ),
        (
            "clusterID: a\nclusterid: b",
            "config.yaml:2:1: clusterID is given twice",
        ),
        (
            "clusterID: a\n---\nclusterID: b",
            "config.yaml:3:1: the file must be a single YAML document",
        ),
        (
            "clusterID: a\nserver: 1",
            "config.yaml:2:9: server must be a mapping of keys to values",
        ),
    ];
    for (text, expected) in table {
        let found = faults(text);
        let first = found.first().expect(text);
        assert!(first.starts_with(expected), "{text:?}: {found:?}");
    }
    let missing = "config.yaml: no cluster id (set clusterID, --cluster-id or \
                   KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID)";
    assert_eq!(faults(""), [missing]);
    assert_eq!(faults("clusterID:\n"), [missing]);
}

#[test]
fn warns_of_what_has_no_effect_and_of_old_names() {
    let table = [
        (
            "backendMode: [File]",
            vec!["config.yaml:3:17: server.backendMode: File is an old name; use MountedFile"],
        ),
        (
            "{backendMode: EKSConfigMap, mapUsers: [], mapAccounts: ['111122223333']}",
            vec![
                "config.yaml:3:58: server.mapAccounts has no effect: MountedFile is not in server.backendMode",
            ],
        ),
        (
            "kubeconfig: /k",
            vec![
                "config.yaml:3:15: server.kubeconfig has no effect: EKSConfigMap and CRD are not in server.backendMode",
            ],
        ),
        (
            "{dynamicfilepath: /f, dynamicfileUserIDStrict: false}",
            vec![
                "config.yaml:3:21: server.dynamicfilepath has no effect: DynamicFile is not in server.backendMode",
            ],
        ),
    ];
    for (setting, expected) in table {
        assert_eq!(warnings_of(setting), expected, "{setting}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let home = tempfile::tempdir().unwrap();
    let missing = home.path().join("none.yaml");
    let errors = Config::load(&missing, &Overrides::default()).unwrap_err();
    assert_eq!(
        errors.to_string(),
        format!(
            "{}: cannot read: No such file or directory (os error 2)",
            missing.display()
        )
    );
    let binary = home.path().join("binary.yaml");
    fs::write(&binary, b"\xff\xfe").unwrap();
    let errors = Config::load(&binary, &Overrides::default()).unwrap_err();
    assert_eq!(
        errors.to_string(),
        format!("{}: cannot read: not UTF-8", binary.display())
    );
}

#[test]
fn the_role_for_ec2_may_be_assumed_for_a_resource() {
    let source = "arn:aws:eks:us-west-2:111122223333:cluster/prod";
    let role = "arn:aws:iam::111122223333:role/reader";
    let setting = format!("ec2DescribeInstancesRoleARN: {role}\n  sourceARN: {source}");
    let config = parse(&format!("clusterID: c\nserver:\n  {setting}\n")).unwrap();
    let expected = AssumedRole {
        arn: role.parse().unwrap(),
        source: Some(source.parse().unwrap()),
    };
    assert_eq!(config.ec2().role, Some(expected));
    assert_eq!(config.warnings(), []);
    let expected = "config.yaml:3:14: server.sourceARN has no effect: there is no \
                    server.ec2DescribeInstancesRoleARN";
    assert_eq!(warnings_of(&format!("sourceARN: {source}")), [expected]);
}

/// As long as it does not exist, aws-iam-authenticator goes by `backendMode` as well.
#[test]
fn a_file_that_names_other_sources_is_not_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let [path, modes] = ["config.yaml", "modes.json"].map(|name| home.path().join(name));
    let text = format!(
        "clusterID: c\nserver:\n  dynamicBackendModePath: {}\n",
        modes.display()
    );
    fs::write(&path, text).unwrap();
    let config = Config::load(&path, &Overrides::default()).unwrap();
    let [warning] = config.warnings() else {
        panic!("{:?}", config.warnings());
    };
    let expected = "server.dynamicBackendModePath is not followed: ";
    assert!(warning.message.starts_with(expected), "{warning}");
    fs::write(&modes, "{\"backendMode\":\"DynamicFile\"}").unwrap();
    let errors = Config::load(&path, &Overrides::default()).unwrap_err();
    let expected = format!(
        "server.dynamicBackendModePath: {} says which sources are asked, and is not followed",
        modes.display()
    );
    assert_eq!(errors.first().message, expected);
}
