use super::*;

const ACCOUNT: &str = "123456789012";

fn parse(resource: &str) -> Result<Principal, PrincipalError> {
    format!("arn:aws:{}", resource.replace("ACCOUNT", ACCOUNT)).parse()
}

#[test]
fn each_kind_has_its_canonical_arn_key_and_session() {
    for &(resource, canonical, key, session) in KINDS {
        let full = |resource: &str| format!("arn:aws:{}", resource.replace("ACCOUNT", ACCOUNT));
        let principal = parse(resource).unwrap();
        assert_eq!(principal.to_string(), full(resource));
        assert_eq!(principal.canonical_arn(), full(canonical));
        assert_eq!(principal.key().to_string(), full(key));
        assert_eq!(
            principal.key(),
            PrincipalKey::of_mapped_arn(&full(canonical)).unwrap()
        );
        assert_eq!(principal.session_name(), session);
        assert_eq!(principal.account().as_str(), ACCOUNT);
    }
}

const KINDS: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "iam::ACCOUNT:user/Alice",
        "iam::ACCOUNT:user/Alice",
        "iam::ACCOUNT:user/alice",
        None,
    ),
    (
        "iam::ACCOUNT:user/Org/A/Bob",
        "iam::ACCOUNT:user/Org/A/Bob",
        "iam::ACCOUNT:user/org/a/bob",
        None,
    ),
    (
        "iam::ACCOUNT:role/Admin",
        "iam::ACCOUNT:role/Admin",
        "iam::ACCOUNT:role/admin",
        None,
    ),
    (
        "iam::ACCOUNT:role/Org/Team/Admin",
        "iam::ACCOUNT:role/Admin",
        "iam::ACCOUNT:role/admin",
        None,
    ),
    (
        "sts::ACCOUNT:assumed-role/Admin/Me@x.org",
        "iam::ACCOUNT:role/Admin",
        "iam::ACCOUNT:role/admin",
        Some("Me@x.org"),
    ),
    (
        "sts::ACCOUNT:federated-user/Bob",
        "sts::ACCOUNT:federated-user/Bob",
        "sts::ACCOUNT:federated-user/bob",
        None,
    ),
    (
        "iam::ACCOUNT:root",
        "iam::ACCOUNT:root",
        "iam::ACCOUNT:root",
        None,
    ),
    (
        "sts::ACCOUNT:assumed-role/aws:ec2-instance/i-0123456789abcdef0",
        "iam::ACCOUNT:role/aws:ec2-instance",
        "iam::ACCOUNT:role/aws:ec2-instance",
        Some("i-0123456789abcdef0"),
    ),
];

#[test]
fn partitions_stay_apart() {
    let arn = |partition| format!("arn:{partition}:iam::{ACCOUNT}:role/Admin");
    for partition in Partition::ALL {
        let principal: Principal = arn(partition).parse().unwrap();
        assert_eq!(principal.partition(), partition);
        assert_eq!(principal.canonical_arn(), arn(partition));
        if partition != Partition::Aws {
            assert_ne!(
                principal.key(),
                PrincipalKey::of_role_arn(&arn(Partition::Aws)).unwrap()
            );
        }
    }
}

#[test]
fn assumed_roles_with_a_path_or_too_few_parts_are_refused() {
    for rest in ["R", "R/s/t", "Org/Team/Admin/Session", ""] {
        let found = parse(&format!("sts::ACCOUNT:assumed-role/{rest}"));
        assert_eq!(found, Err(PrincipalError::AssumedRoleParts), "{rest}");
    }
    let found = parse("sts::ACCOUNT:assumed-role//Session");
    assert_eq!(
        found,
        Err(PrincipalError::Name {
            found: String::new()
        })
    );
    assert!(matches!(
        parse("sts::ACCOUNT:assumed-role/R/"),
        Err(PrincipalError::SessionName(_))
    ));
    assert!(matches!(
        parse("sts::ACCOUNT:assumed-role/R/s"),
        Err(PrincipalError::SessionName(_))
    ));
    assert!(matches!(
        parse("sts::ACCOUNT:assumed-role/R/a:b"),
        Err(PrincipalError::SessionName(_))
    ));
}

#[test]
fn anything_that_does_not_call_sts_is_refused() {
    for resource in [
        "iam::ACCOUNT:group/x",
        "iam::ACCOUNT:instance-profile/x",
        "iam::ACCOUNT:policy/x",
        "iam::ACCOUNT:Role/x",
        "iam::ACCOUNT:role",
        "iam::ACCOUNT:root/x",
        "iam::ACCOUNT:rootx",
        "iam::ACCOUNT:assumed-role/R/s1",
        "iam::ACCOUNT:federated-user/Bob",
        "sts::ACCOUNT:assumed-role-x/R/s1",
        "sts::ACCOUNT:role/R",
        "sts::ACCOUNT:root",
        "s3::ACCOUNT:user/Alice",
    ] {
        let unsupported = matches!(parse(resource), Err(PrincipalError::Unsupported { .. }));
        assert!(unsupported, "{resource}");
    }
}

#[test]
fn regions_accounts_and_names_are_checked() {
    let name = |found: &str| PrincipalError::Name {
        found: found.to_owned(),
    };
    let longest = "x".repeat(64);
    assert!(parse(&format!("iam::ACCOUNT:role/{longest}")).is_ok());
    let too_long = "x".repeat(65);
    let path = format!("/{}/", "p".repeat(511));
    for (resource, fault) in [
        (
            "iam:us-east-1:ACCOUNT:role/R",
            PrincipalError::Region {
                found: "us-east-1".to_owned(),
            },
        ),
        ("iam::ACCOUNT:role/", name("")),
        ("iam::ACCOUNT:role/a/", name("")),
        ("iam::ACCOUNT:role/*", name("*")),
        ("iam::ACCOUNT:user/a:b", name("a:b")),
        ("iam::ACCOUNT:user/a{b", name("a{b")),
        (&format!("iam::ACCOUNT:role/{too_long}"), name(&too_long)),
        ("sts::ACCOUNT:federated-user/x", name("x")),
        ("sts::ACCOUNT:federated-user/a/b", name("a/b")),
        (
            "iam::ACCOUNT:role//R",
            PrincipalError::Path {
                found: "//".to_owned(),
            },
        ),
        (
            &format!("iam::ACCOUNT:role{path}R"),
            PrincipalError::Path {
                found: path.clone(),
            },
        ),
    ] {
        assert_eq!(parse(resource), Err(fault), "{resource}");
    }
    for account in ["", "12345678901", "XXXXXXXXXXXX", "aws"] {
        let arn = format!("arn:aws:iam::{account}:role/R");
        assert!(
            matches!(arn.parse::<Principal>(), Err(PrincipalError::Account(_))),
            "{arn}"
        );
    }
}

#[test]
fn an_ec2_instance_identity_needs_an_instance_id() {
    for (session, valid) in [
        ("i-0123abcd", true),
        ("i-0123456789abcdef0", true),
        ("i-0123ABCD", false),
        ("i-0123_bcd", false),
        ("i-0123abcde", false),
        ("x-0123abcd", false),
        ("Session", false),
    ] {
        let found = parse(&format!(
            "sts::ACCOUNT:assumed-role/aws:ec2-instance/{session}"
        ));
        assert_eq!(found.is_ok(), valid, "{session}");
    }
}

#[test]
fn only_an_instance_has_the_identity_of_one() {
    let key = parse("sts::ACCOUNT:assumed-role/aws:ec2-instance/i-0123abcd")
        .unwrap()
        .key();
    for resource in [
        "iam::ACCOUNT:user/aws:ec2-instance",
        "iam::ACCOUNT:user/role/aws:ec2-instance",
        "sts::ACCOUNT:federated-user/aws:ec2-instance",
        "sts::ACCOUNT:assumed-role/AWS:EC2-Instance/i-0123abcd",
        "sts::ACCOUNT:assumed-role/x/aws:ec2-instance/i-0123abcd",
        "sts::ACCOUNT:assumed-role/aws:ec2-instance/i-0123abcd/x",
        "sts::ACCOUNT:assumed-role/aws:ec2-instance",
        "sts::ACCOUNT:assumed-role/ec2-instance/i-0123abcd",
        "iam::ACCOUNT:user/ec2-instance",
        "iam::ACCOUNT:root",
    ] {
        let found = parse(resource).map(|principal| principal.key());
        assert_ne!(found, Ok(key.clone()), "{resource}");
        assert!(!resource.contains(":ec2") || found.is_err(), "{resource}");
    }
}

#[test]
fn session_names_are_2_to_64_of_their_set() {
    for (text, valid) in [
        ("ab", true),
        ("alice@example.com", true),
        ("_+=,.@-", true),
        (&"x".repeat(64), true),
        ("a", false),
        ("", false),
        ("a b", false),
        ("a/b", false),
        ("a:b", false),
        ("ab\n", false),
        ("\u{e9}\u{e9}", false),
        (&"x".repeat(65), false),
    ] {
        assert_eq!(text.parse::<SessionName>().is_ok(), valid, "{text}");
    }
}

#[test]
fn mapping_keys_fold_ascii_case_and_drop_role_paths() {
    let key = PrincipalKey::of_role_arn("arn:aws:iam::123456789012:role/admin").unwrap();
    for arn in [
        "arn:aws:iam::123456789012:role/Admin",
        "arn:aws:iam::123456789012:role/Org/Team/ADMIN",
        "ARN:AWS:IAM::123456789012:ROLE/Admin",
    ] {
        assert_eq!(PrincipalKey::of_role_arn(arn), Ok(key.clone()), "{arn}");
    }
    let user = PrincipalKey::of_user_arn("arn:aws:iam::123456789012:user/Alice").unwrap();
    assert_ne!(
        PrincipalKey::of_user_arn("arn:aws:iam::123456789012:user/x/Alice"),
        Ok(user.clone())
    );
    assert_ne!(
        PrincipalKey::of_role_arn("arn:aws:iam::123456789012:role/Alice"),
        Ok(user)
    );
    // KELVIN SIGN folds to k in Unicode, not here.
    assert!(PrincipalKey::of_role_arn("arn:aws:iam::123456789012:role/\u{212a}").is_err());
}

#[test]
fn mapping_keys_refuse_sessions_and_the_other_kind() {
    let session = "arn:aws:sts::123456789012:assumed-role/R/s1";
    let role = "arn:aws:iam::123456789012:role/R";
    let user = "arn:aws:iam::123456789012:user/U";
    assert_eq!(PrincipalKey::of_role_arn(session), Err(KeyError::Session));
    assert_eq!(PrincipalKey::of_user_arn(session), Err(KeyError::Session));
    assert_eq!(
        PrincipalKey::of_role_arn(user),
        Err(KeyError::Kind { expected: "a role" })
    );
    assert_eq!(
        PrincipalKey::of_user_arn(role),
        Err(KeyError::Kind { expected: "a user" })
    );
    assert_eq!(session.parse::<RoleArn>(), Err(KeyError::Session));
    assert_eq!(
        user.parse::<RoleArn>(),
        Err(KeyError::Kind { expected: "a role" })
    );
    assert_eq!(
        role.parse::<UserArn>(),
        Err(KeyError::Kind { expected: "a user" })
    );
    assert!(
        PrincipalKey::of_user_arn("arn:aws:iam::123456789012:root")
            .unwrap()
            .is_root()
    );
}

#[test]
fn role_arns_tell_their_path() {
    let plain: RoleArn = "arn:aws-cn:iam::123456789012:role/Admin".parse().unwrap();
    let with_path: RoleArn = "arn:aws-cn:iam::123456789012:role/a/b/Admin"
        .parse()
        .unwrap();
    assert_eq!(
        (plain.path(), plain.name(), plain.has_path()),
        ("/", "Admin", false)
    );
    assert_eq!(
        (with_path.path(), with_path.name(), with_path.has_path()),
        ("/a/b/", "Admin", true)
    );
    assert_eq!(plain.key(), with_path.key());
    assert_eq!(
        with_path.to_string(),
        "arn:aws-cn:iam::123456789012:role/a/b/Admin"
    );
}
