//! Access entries that are there.

use e2e::support::eks::AccessEntry;

use crate::{Story, arn, made, outcomes};

#[test]
fn an_entry_that_differs_is_left_alone_and_told_until_it_may_be_updated() {
    let story = Story::new();
    let mut made = made().into_iter();
    let (admin, dev) = (made.next().unwrap(), made.next().unwrap());
    let other: [AccessEntry; 2] = [
        AccessEntry::new(&arn("role/admin"), "STANDARD")
            .username("boss")
            .groups(&["ops", "others"])
            .policy("AmazonEKSClusterAdminPolicy", &["shop"])
            .policy("AmazonEKSViewPolicy", &[]),
        AccessEntry::new(&arn("role/dev"), "STANDARD").groups(&["devs"]),
    ];
    for entry in &other {
        story.put(entry.clone());
    }
    let output = story.apply(&[]).run();
    assert_eq!(Some(4), output.code);
    let told = "\
differs   STANDARD arn:aws:iam::111122223333:role/admin  (aws-auth.yaml:9)
    username: boss -> admin:{{SessionName}}
    groups: ops, others -> ops
    policy: arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy on the namespace shop -> on the cluster
    policy: arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy on the cluster -> none
differs   STANDARD arn:aws:iam::111122223333:role/dev  (aws-auth.yaml:12)
    username: arn:aws:sts::111122223333:assumed-role/dev/{{SessionName}} -> dev:{{SessionName}}
";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    assert!(
        output.stdout.contains("2 created, 2 differing"),
        "{}",
        output.stdout
    );
    assert_eq!(&other[..], &story.entries()[..2]);
    let output = story.apply(&["--update-existing"]).succeed();
    let told = told.replace("differs  ", "updated  ");
    assert!(output.stdout.contains(&told), "{}", output.stdout);
    let untagged = AccessEntry {
        tags: other[0].tags.clone(),
        ..admin
    };
    assert_eq!(&[untagged, dev][..], &story.entries()[..2]);
}

#[test]
fn a_type_is_never_changed() {
    let story = Story::new();
    let other = AccessEntry::new(&arn("role/dev"), "EC2_LINUX");
    story.put(other.clone());
    let output = story.apply(&["--update-existing"]).run();
    assert_eq!(Some(4), output.code);
    let told = "\
differs   STANDARD arn:aws:iam::111122223333:role/dev  (aws-auth.yaml:12)
    type: EC2_LINUX -> STANDARD
    nobody can change a type: if the entry is not what its nodes or people need, delete it, then \
apply again
";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    assert!(story.entries().contains(&other));
}

#[test]
fn an_entry_that_eks_has_made_tells_the_path_of_its_role() {
    let story = Story::new();
    let nodes = AccessEntry::new(&arn("role/eks/nodes"), "EC2_LINUX");
    story.put(nodes.clone());
    let output = story.apply(&["-o", "json"]).succeed();
    let first = outcomes(&output.stdout).into_iter().next();
    assert_eq!(Some("unchanged role/eks/nodes"), first.as_deref());
    let entries = story.entries();
    assert!(
        entries.contains(&nodes) && entries.len() == 4,
        "{entries:?}"
    );
}

#[test]
fn what_somebody_wrote_into_an_entry_drives_no_terminal() {
    let story = Story::new();
    story.put(
        AccessEntry::new(&arn("role/dev"), "STANDARD")
            .username("dev:{{SessionName}}")
            .groups(&["a\u{1b}[2J\u{202e}\nb"]),
    );
    let output = story.apply(&["--dry-run"]).run();
    assert_eq!(Some(4), output.code, "{}", output.stderr);
    let told = "    groups: a\\u{1b}[2J\\u{202e}\\nb -> devs\n";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    let output = story.apply(&["--dry-run", "-o", "json"]).run();
    let told = r#""a\u001b[2J\u202e\nb""#;
    assert!(output.stdout.contains(told), "{}", output.stdout);
}
