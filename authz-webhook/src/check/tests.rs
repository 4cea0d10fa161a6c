//! Configurations on disk, and everything there is to say of them.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use iam_aws::environment::{Environment, Variables};
use tempfile::TempDir;

use super::*;

/// A directory with a configuration whose `HOME` is that directory.
struct Home(TempDir);

impl Home {
    fn new(server: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        let root = "stateDir: HOME\n  stsCABundle: HOME/root.pem\n";
        home.write(
            "config.yaml",
            &format!("clusterID: c\nserver:\n  {root}{server}"),
        );
        home.write("root.pem", &self_signed().0);
        home
    }

    fn write(&self, name: &str, text: &str) {
        let text = text.replace("HOME", &self.0.path().display().to_string());
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The findings, with `HOME` for the directory.
    fn findings(&self) -> Findings {
        let home = self.0.path().display().to_string();
        let short = |texts: Vec<String>| -> Vec<String> {
            texts
                .into_iter()
                .map(|text| text.replace(&home, "HOME"))
                .collect()
        };
        let Findings {
            faults,
            warnings,
            mappings,
            authorizes,
        } = find(&self.path("config.yaml"), &Overrides::default());
        Findings {
            faults: short(faults),
            warnings: short(warnings),
            mappings,
            authorizes,
        }
    }
}

fn checked(home: &Home, environment: &[(&str, &str)]) -> Result<(), CheckError> {
    let variables = Variables(|name: &'static str| {
        let (_, value) = environment.iter().find(|(set, _)| *set == name)?;
        Some(OsString::from(value))
    });
    let aws = AwsVariables(Arc::new(Environment::read(&variables)));
    check(&home.path("config.yaml"), &Overrides::default(), &aws)
}

/// A certificate and its key.
fn self_signed() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn faults(faults: &[&str]) -> Findings {
    Findings {
        faults: faults.iter().map(|fault| (*fault).to_owned()).collect(),
        ..Findings::default()
    }
}

#[test]
fn a_good_configuration_has_no_fault() {
    let home = Home::new(
        "  mountedFile: HOME/aws-auth.yaml\n  \
           mapUsers: [{userarn: 'arn:aws:iam::111122223333:user/Alice', username: alice}]\n",
    );
    home.write(
        "aws-auth.yaml",
        "kind: ConfigMap\nmetadata: {name: aws-auth}\ndata:\n  mapAccounts: |\n    - '111122223333'\n",
    );
    assert_eq!(
        home.findings(),
        Findings {
            mappings: 2,
            ..Findings::default()
        }
    );
    assert_eq!(checked(&home, &[]), Ok(()));
}

#[test]
fn supplied_certificates_must_belong_together() {
    let home = Home::new("  clientCA: HOME/client-ca.pem\n");
    let ((one, its_key), (_, another_key)) = (self_signed(), self_signed());
    home.write("client-ca.pem", &one);
    home.write("cert.pem", &one);
    assert_eq!(
        home.findings(),
        faults(&["HOME/cert.pem exists without HOME/key.pem"])
    );
    home.write("key.pem", &its_key);
    assert_eq!(home.findings(), Findings::default());
    home.write("key.pem", &another_key);
    let found = home.findings().faults;
    let [fault] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert!(
        fault.starts_with("HOME/cert.pem and HOME/key.pem: "),
        "{fault}"
    );
}

#[test]
fn own_certificates_need_a_key_and_an_authority_that_can_be_read() {
    let (certificate, key) = self_signed();
    let no_key = "HOME/ca-key.pem holds no private key in PEM";
    let no_certificate = "HOME/ca.pem holds no certificate in PEM";
    let half = "HOME/ca.pem exists without HOME/ca-key.pem";
    let cases = [
        (vec![("ca-key.pem", "junk")], vec![no_key]),
        (
            vec![("ca-key.pem", &*key), ("ca.pem", "junk")],
            vec![no_certificate],
        ),
        (vec![("ca.pem", &*certificate)], vec![half]),
        (
            vec![("ca-key.pem", &*key), ("ca.pem", &*certificate)],
            vec![],
        ),
        (
            vec![("ca-key.pem", &*key), ("cert.pem", "mended by serve")],
            vec![],
        ),
    ];
    for (files, expected) in cases {
        let home = Home::new("");
        for (name, text) in &files {
            home.write(name, text);
        }
        assert_eq!(home.findings().faults, expected, "{files:?}");
    }
}

#[test]
fn every_fault_is_told_in_one_run() {
    let home = Home::new(
        "  clientCA: HOME/none.pem\n  mountedFile: HOME/none.yaml\n  \
           mapRoles:\n  \
           - {rolearn: 'arn:aws:iam::111122223333:role/A', username: 'node:{{EC2Name}}'}\n",
    );
    home.write("root.pem", "no certificate");
    assert_eq!(
        home.findings(),
        Findings {
            mappings: 0,
            ..faults(&[
                "cannot read HOME/none.pem: No such file or directory (os error 2)",
                "the CA bundle HOME/root.pem holds no certificate",
                "HOME/config.yaml:8:5: mapRoles[0]: the username: unknown placeholder {{EC2Name}}: \
                 the entry is left out",
                "cannot read HOME/none.yaml: No such file or directory (os error 2)",
            ])
        }
    );
    assert_eq!(checked(&home, &[]), Err(CheckError { faults: 4 }));
}

#[test]
fn a_file_that_does_not_load_is_told_fault_by_fault() {
    let home = Home::new("  prot: 1\n  port: x\n");
    assert_eq!(
        home.findings(),
        faults(&[
            "HOME/config.yaml:5:3: unknown key server.prot (did you mean server.port?)",
            "HOME/config.yaml:6:9: server.port: not a port from 0 to 65535",
        ])
    );
}

#[test]
fn the_kubeconfig_of_the_config_map_must_lead_somewhere() {
    let home = Home::new("  backendMode: [EKSConfigMap]\n  kubeconfig: HOME/kubeconfig\n");
    home.write("kubeconfig", "kind: Config\ncurrent-context: nowhere\n");
    let found = home.findings().faults;
    let [fault] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert!(
        fault.starts_with("cannot use the kubeconfig HOME/kubeconfig: "),
        "{fault}"
    );
}

#[test]
fn access_entries_are_read_and_what_they_win_over_is_told() {
    let home = Home::new(
        "  backendMode: [MountedFile, AccessEntries]\n  \
           accessEntries: [HOME/entries.yaml]\n  \
           mapRoles: [{rolearn: 'arn:aws:iam::111122223333:role/A', username: a}]\n",
    );
    let entries = "accessEntries:\n\
                   - principalArn: arn:aws:iam::111122223333:role/team/A\n\
                   - principalArn: arn:aws:iam::111122223333:role/B\n  \
                     kubernetesGroups: ['system:masters']\n";
    home.write("entries.yaml", entries);
    let expected = Findings {
        faults: vec![
            "HOME/entries.yaml:4:22: accessEntries[1]: the group system:masters begins with \
             system:, which EKS reserves: the entry is left out (bind an access policy, or a group \
             of another name)"
                .to_owned(),
        ],
        warnings: vec![
            "MountedFile HOME/config.yaml mapRoles[0] line 7 never acts: AccessEntries \
             HOME/entries.yaml accessEntries[0] line 2 wins"
                .to_owned(),
        ],
        mappings: 2,
        authorizes: true,
    };
    assert_eq!(home.findings(), expected);
}

#[test]
fn a_file_of_access_entries_that_cannot_be_read_is_a_fault() {
    let home = Home::new("  backendMode: AccessEntries\n  accessEntries: [HOME/entries.yaml]\n");
    let missing = "cannot read HOME/entries.yaml: No such file or directory (os error 2)";
    assert_eq!(home.findings().faults, [missing]);
    home.write("entries.yaml", "kind: ConfigMap\n");
    let found = home.findings().faults;
    let [fault] = found.as_slice() else {
        panic!("{found:?}")
    };
    let beginning = "HOME/entries.yaml: line 1, column 1: this is neither a list of access entries";
    assert!(fault.starts_with(beginning), "{fault}");
    let home = Home::new("  backendMode: AccessEntries\n");
    let none = "HOME/config.yaml: server.accessEntries names no file, and AccessEntries is among \
                the sources (list the files, or the directories of files, of access entries)";
    assert_eq!(home.findings(), faults(&[none]));
}

#[test]
fn every_source_of_files_is_read_and_who_wins_over_whom_is_told() {
    let home = Home::new(
        "  backendMode: [DynamicFile, MountedFile]\n  dynamicfilepath: HOME/dynamic.json\n  \
           mapRoles:\n  \
           - {rolearn: 'arn:aws:iam::111122223333:role/path/A', username: a}\n  \
           - {rolearn: 'arn:aws:iam::111122223333:role/B', username: b}\n  \
           - {rolearn: 'arn:aws:iam::111122223333:role/AWSReservedSSO_V_0123456789abcdef', username: v}\n  \
           - {sso: {permissionSetName: W, accountID: '111122223333'}, username: w}\n  \
           - {rolearn: 'arn:aws:iam::444455556666:role/C', username: c}\n  \
           - {rolearn: 'arn:aws:iam::444455556666:root', username: root}\n  \
           mapAccounts: ['444455556666', '777788889999']\n",
    );
    let told = home.findings();
    let absent = "HOME/dynamic.json: the file does not exist: it maps nobody";
    assert!(told.warnings.contains(&absent.to_owned()), "{told:#?}");
    assert_eq!((told.faults.len(), told.mappings), (0, 8));

    home.write(
        "dynamic.json",
        r#"{"mapRoles": [
{"rolearn": "arn:aws:iam::111122223333:role/A", "username": "a"},
{"sso": {"permissionSetName": "V", "accountID": "111122223333"}, "username": "v"},
{"sso": {"permissionSetName": "W", "accountID": "111122223333"}, "username": "w"}],
"mapAccounts": ["444455556666"]}"#,
    );
    let told = home.findings();
    let eks = "HOME/config.yaml:8:5: mapRoles[0]: the role ARN has a path, which callers' ARNs never \
               show: the role is matched by its name (EKS and aws-iam-authenticator would never \
               match it)";
    assert_eq!(told.warnings.first().map(String::as_str), Some(eks));
    let never = |loser: &str, winner: &str| {
        format!(
            "MountedFile HOME/config.yaml {loser} never acts: DynamicFile HOME/dynamic.json {winner} wins"
        )
    };
    let expected = [
        never("mapAccounts[0] line 14", "mapAccounts[0] line 5"),
        never("mapRoles[0] line 8", "mapRoles[0] line 2"),
        never("mapRoles[2] line 10", "mapRoles[1] line 3"),
        never("mapRoles[3] line 11", "mapRoles[2] line 4"),
        never("mapRoles[4] line 12", "mapAccounts[0] line 5"),
    ];
    assert_eq!(
        told.warnings.get(2..),
        Some(&expected[..]),
        "after that of root"
    );
    assert_eq!((told.faults.len(), told.mappings), (0, 12));
}

#[test]
fn a_dynamic_file_that_cannot_be_read_is_a_fault_and_so_is_an_entry_without_an_id() {
    let home = Home::new(
        "  backendMode: DynamicFile\n  dynamicfilepath: HOME/dynamic.json\n  \
           dynamicfileUserIDStrict: true\n",
    );
    home.write("dynamic.json", "{\"mapRoles\": 1}");
    let found = home.findings().faults;
    assert_eq!(
        found,
        ["HOME/dynamic.json: line 1, column 14: mapRoles is no list"]
    );
    home.write(
        "dynamic.json",
        "{\"mapUsers\": [{\"userarn\": \"arn:aws:iam::111122223333:user/u\", \"username\": \"u\"}]}",
    );
    let found = home.findings().faults;
    let expected = "HOME/dynamic.json:1:15: mapUsers[0]: the entry has no userid, by which this \
                    file's entries are matched: the entry is left out (add the unique id: AROA… of \
                    a role, AIDA… of a user)";
    assert_eq!(found, [expected]);
}
