//! What makes another key, and what does not.

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::*;
use crate::environment::Environment;
use crate::options::AwsOptions;
use crate::surroundings::Surroundings;

/// A home with a config file, and variables.
struct World {
    home: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl World {
    fn new(config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join(".aws/sso/cache")).unwrap();
        fs::write(home.path().join(".aws/config"), config).unwrap();
        let own = home.path().to_str().unwrap().to_owned();
        let region = "us-west-2".to_owned();
        let variables = vec![("HOME", own), ("AWS_REGION", region)];
        Self { home, variables }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(".aws").join(name)
    }

    fn with(&self, variable: &'static str, value: &str) -> [Key; 2] {
        let mut variables = self.variables.clone();
        variables.retain(|(name, _)| *name != variable);
        variables.push((variable, value.to_owned()));
        keys(&variables)
    }

    fn keys(&self) -> [Key; 2] {
        keys(&self.variables)
    }
}

/// The keys of the token and of the credentials.
fn keys(variables: &[(&'static str, String)]) -> [Key; 2] {
    let get = |name: &'static str| {
        let (_, value) = variables.iter().find(|(variable, _)| *variable == name)?;
        Some(OsString::from(value))
    };
    let all = variables.iter();
    let all: Vec<(OsString, OsString)> = all
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let environment = Environment {
        surroundings: Surroundings::new(move || all.clone()),
        ..Environment::read(get).unwrap()
    };
    let options = AwsOptions::default();
    let settings = Settings::load(&options, &environment, None).unwrap();
    let source = settings.choose(SystemTime::UNIX_EPOCH).unwrap().source;
    let decided = (&source, Naming::Set);
    let host = settings.endpoint().host().unwrap();
    [
        token(&settings, decided, &host, &"prod".parse().unwrap()),
        credentials(&settings, decided),
    ]
}

/// Whether neither key is the same.
fn differ([token, credentials]: [Key; 2], [other, others]: [Key; 2]) -> bool {
    token != other && credentials != others
}

const PROCESS: &str = "[default]\ncredential_process = helper\n";

const SSO: &str = "[default]\nsso_start_url = https://x.awsapps.com/start\n\
                   sso_region = us-west-2\nsso_account_id = 111122223333\nsso_role_name = dev\n";

#[test]
fn every_variable_of_aws_and_the_home_make_another_key() {
    let world = World::new(PROCESS);
    let config = world.path("config");
    let config = config.to_str().unwrap();
    let world = World {
        variables: vec![
            ("HOME", "/home/a".to_owned()),
            ("AWS_REGION", "us-west-2".to_owned()),
            ("AWS_CONFIG_FILE", config.to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/none".to_owned()),
        ],
        ..world
    };
    for (variable, value) in [
        ("HOME", "/home/b"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_ENDPOINT_URL_SSO_OIDC", "http://127.0.0.1:1"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "t"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"),
        ("AWS_LOGIN_CACHE_DIRECTORY", "/c"),
        ("AWS_VAULT", "what a process may go by"),
    ] {
        assert!(
            differ(world.with(variable, value), world.keys()),
            "{variable}"
        );
    }
    for (variable, value) in [("PWD", "/"), ("AWS_SESSION_TOKEN", "t"), ("LANG", "C")] {
        assert_eq!(world.with(variable, value), world.keys(), "{variable}");
    }
}

#[test]
fn a_variable_that_sets_what_is_set_already_makes_no_other_key() {
    let roles = "[default]\nrole_arn = arn:aws:iam::111122223333:role/dev\n\
                 credential_source = Ec2InstanceMetadata\n";
    for (config, same) in [(roles, true), (PROCESS, false)] {
        let world = World::new(config);
        for (variable, value) in [
            ("AWS_PROFILE", "default"),
            ("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
        ] {
            let keys = world.with(variable, value);
            assert_eq!(keys == world.keys(), same, "{variable} {config}");
        }
        assert!(differ(world.with("AWS_REGION", "eu-west-1"), world.keys()));
    }
}

#[test]
fn a_config_file_put_in_the_place_of_another_of_its_age_and_size_makes_another_key() {
    let world = World::new(PROCESS);
    let before = world.keys();
    assert_eq!(world.keys(), before);
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let put = |name: &str| {
        let path = world.path(name);
        fs::write(&path, PROCESS).unwrap();
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(at)
            .unwrap();
        path
    };
    put("config");
    let first = world.keys();
    assert!(differ(first, before));
    fs::rename(put("other"), world.path("config")).unwrap();
    assert!(differ(world.keys(), first));
}

#[test]
fn whoever_signs_in_to_identity_center_makes_another_key() {
    let world = World::new(SSO);
    let out = world.keys();
    // sha1 of the start URL
    let token = world
        .path("sso/cache/")
        .join(format!("{}.json", SHA1_OF_START_URL));
    fs::write(&token, "alice").unwrap();
    let alice = world.keys();
    assert!(differ(alice, out));
    assert_eq!(world.keys(), alice);
    fs::write(&token, "bob, who signed in after her").unwrap();
    assert!(differ(world.keys(), alice));
}

#[test]
fn another_pods_token_makes_another_key() {
    let world = World::new("");
    let (a, b, link) = (world.path("a"), world.path("b"), world.path("token"));
    fs::write(&a, "a").unwrap();
    fs::write(&b, "b").unwrap();
    let mut variables = world.variables.clone();
    variables.push((
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "http://127.0.0.1:1/".to_owned(),
    ));
    let shown = link.to_str().unwrap().to_owned();
    variables.push(("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", shown));
    symlink(&a, &link).unwrap();
    let first = keys(&variables);
    assert_eq!(keys(&variables), first);
    fs::remove_file(&link).unwrap();
    symlink(&b, &link).unwrap();
    assert!(differ(keys(&variables), first));
}

const SHA1_OF_START_URL: &str = "3947de8b16688092197fa616c34e01335f21d256";
