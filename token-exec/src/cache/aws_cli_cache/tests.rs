//! The keys and files are botocore's own, of version 1.44.8. A key comes from
//!
//! ```python
//! from botocore.credentials import *
//! AssumeRoleCredentialFetcher(None, None, ROLE, extra_args={…})._cache_key
//! AssumeRoleWithWebIdentityCredentialFetcher(None, None, ROLE, extra_args={…})._cache_key
//! SSOCredentialFetcher(START_URL, 'us-east-1', 'Admin', '123456789012', None, …)._cache_key
//! ```
//!
//! and a file from `fetch_credentials()` with `cache=JSONFileCache(directory)` and a client that
//! answers with those credentials.

use std::fs;
use std::time::UNIX_EPOCH;

use tempfile::TempDir;

use super::*;

const ROLE: &str = "arn:aws:iam::123456789012:role/Admin";

const PLAIN: AssumeRoleArguments<'_> = AssumeRoleArguments {
    duration_seconds: None,
    external_id: None,
    role_arn: ROLE,
    role_session_name: None,
    serial_number: None,
};

#[test]
fn the_keys_of_assumed_roles_are_botocores() {
    for (arguments, key) in [
        (PLAIN, "51e7b105b5040ce662656c8dc6ab4de70c4de7ad"),
        (
            AssumeRoleArguments {
                role_session_name: Some(""),
                ..PLAIN
            },
            "51e7b105b5040ce662656c8dc6ab4de70c4de7ad",
        ),
        (
            AssumeRoleArguments {
                role_session_name: Some("me"),
                ..PLAIN
            },
            "95ef2d0cf916428922438dc134b78bac1f73770f",
        ),
        (
            AssumeRoleArguments {
                external_id: Some("a=b,c/d:e@f"),
                ..PLAIN
            },
            "18a70b3352e30f984783d1ed4953d71bb8ee352e",
        ),
        (
            AssumeRoleArguments {
                serial_number: Some("arn:aws:iam::123456789012:mfa/me"),
                duration_seconds: Some(43_200),
                ..PLAIN
            },
            "def3e38f1ce3052e715867517b43d2e4bed5d415",
        ),
        (
            AssumeRoleArguments {
                duration_seconds: Some(900),
                external_id: Some("x"),
                role_session_name: Some("me@corp"),
                serial_number: Some("GAHT12345678"),
                ..PLAIN
            },
            "6b4699566220ce6ff643229f1e7ab4c7e33a6e14",
        ),
        // Everything that Python escapes in its own way.
        (
            AssumeRoleArguments {
                external_id: Some("\"\\/ \x7f\t\x01 é \u{1f600}"),
                ..PLAIN
            },
            "8882c5b1e1fd94c8e91de30f046b3dff47838132",
        ),
    ] {
        assert_eq!(assume_role_key(&arguments), key, "{arguments:?}");
    }
}

#[test]
fn the_keys_of_web_identities_are_botocores() {
    for (session_name, key) in [
        (None, "51e7b105b5040ce662656c8dc6ab4de70c4de7ad"),
        (Some("pod"), "cd157fcd310949d5beb3c716891699c5b1be485c"),
    ] {
        assert_eq!(
            web_identity_key(ROLE, session_name),
            key,
            "{session_name:?}"
        );
    }
}

#[test]
fn the_keys_of_single_sign_on_are_botocores() {
    for (portal, key) in [
        (
            SsoPortal::StartUrl("https://corp.awsapps.com/start"),
            "e03d8025af26e6a3f6c8402f15b918fb974ccc47",
        ),
        (
            SsoPortal::Session("corp"),
            "8457bc68cf9d4aa8d629a61563948e8bd3159d49",
        ),
        (
            SsoPortal::Session("é"),
            "84ab8f999053ffcb4a415bd36813782f8abfad05",
        ),
    ] {
        assert_eq!(sso_key("123456789012", "Admin", portal), key, "{portal:?}");
    }
}

const FILE: &str = r#"{"Credentials": {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "SessionToken": "FwoGZXIvYXdzEJr//////////wEaDEXAMPLE=", "Expiration": "2100-01-02T03:04:05UTC", "AccountId": "123456789012"}, "AssumedRoleUser": {"AssumedRoleId": "AROAEXAMPLE:me", "Arn": "arn:aws:sts::123456789012:assumed-role/Admin/me"}, "ResponseMetadata": {"RequestId": "r", "HTTPStatusCode": 200}}"#;

const SSO_FILE: &str = r#"{"ProviderType": "sso", "Credentials": {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2100-01-02T03:04:05Z", "AccountId": "123456789012"}}"#;

/// 2100-01-02T03:04:05Z
const END: Duration = Duration::from_secs(4_102_542_245);

/// A file as the AWS CLI makes it, in a directory that others may read.
fn file(text: &str) -> (TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory
        .path()
        .join("51e7b105b5040ce662656c8dc6ab4de70c4de7ad.json");
    fs::write(&path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        mode(directory.path(), 0o755).unwrap();
        mode(&path, 0o600).unwrap();
    }
    (directory, path)
}

type Texts = (String, String, Option<String>, Option<SystemTime>);

fn texts(credentials: Credentials) -> Texts {
    (
        credentials.access_key_id.to_string(),
        credentials.secret_access_key.expose().to_owned(),
        credentials
            .session_token
            .map(|token| token.expose().to_owned()),
        credentials.expiry,
    )
}

#[test]
fn files_of_the_aws_cli_are_read() {
    let end = UNIX_EPOCH + END;
    for (text, secret, token) in [
        (
            FILE,
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "FwoGZXIvYXdzEJr//////////wEaDEXAMPLE=",
        ),
        (SSO_FILE, "s", "t"),
    ] {
        let (_directory, path) = file(text);
        assert_eq!(
            read(&path, end - MIN_LEFT).map(texts),
            Some((
                "ASIAIOSFODNN7EXAMPLE".to_owned(),
                secret.to_owned(),
                Some(token.to_owned()),
                Some(end)
            ))
        );
    }
}

#[test]
fn what_is_left_must_be_a_quarter_of_an_hour() {
    let (_directory, path) = file(FILE);
    let end = UNIX_EPOCH + END;
    for (now, is_read) in [
        (end - MIN_LEFT, true),
        (end - MIN_LEFT + Duration::from_millis(1), false),
        (end, false),
        (end + MIN_LEFT, false),
    ] {
        assert_eq!(read(&path, now).is_some(), is_read);
    }
}

#[test]
fn what_is_no_such_file_is_passed_over() {
    let without = |text: &str| FILE.replace(text, "");
    for text in [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        FILE.chars().take(200).collect(),
        without("\"SessionToken\": \"FwoGZXIvYXdzEJr//////////wEaDEXAMPLE=\", "),
        without("\"Expiration\": \"2100-01-02T03:04:05UTC\", "),
        FILE.replace("05UTC", "05"),
        FILE.replace("05UTC", "05CET"),
        FILE.replace("ASIAIOSFODNN7EXAMPLE", "nobody"),
        FILE.replace("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""),
        format!("{FILE}{}", " ".repeat(64 << 10)),
    ] {
        let (_directory, path) = file(&text);
        assert_eq!(read(&path, UNIX_EPOCH).map(texts), None, "{text:.300}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_not_for_its_owner_alone_is_passed_over() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (directory, path) = file(FILE);
    let now = UNIX_EPOCH;
    assert!(read(&path, now).is_some());

    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    assert_eq!(read(&link, now).map(texts), None, "a link");

    let hard_link = directory.path().join("hard");
    fs::hard_link(&path, &hard_link).unwrap();
    assert_eq!(read(&path, now).map(texts), None, "a second name");
    fs::remove_file(&hard_link).unwrap();

    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(read(&path, now).map(texts), None, "{mode:o}");
    }

    assert_eq!(read(directory.path(), now).map(texts), None, "a directory");
    assert_eq!(read(&directory.path().join("none"), now).map(texts), None);
    assert_eq!(
        read(Path::new("/dev/null"), now).map(texts),
        None,
        "a device"
    );
}
