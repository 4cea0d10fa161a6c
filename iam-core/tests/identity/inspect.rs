//! What `inspect` tells about right and wrong tokens.

use iam_core::inspect::{Inspection, Lookalike, inspect};
use iam_core::partition::Partition;
use iam_core::presigned::Fault;

use crate::support::{PresignedUrl, signed_at_plus, token_of};

fn found(url: &PresignedUrl) -> Inspection {
    inspect(&url.token(), signed_at_plus(60))
}

fn sound() -> Inspection {
    Inspection {
        token_bytes: 493,
        url_bytes: Some(361),
        host: Some("sts.us-west-2.amazonaws.com".to_owned()),
        partition: Some(Partition::Aws),
        region: Some("us-west-2".to_owned()),
        access_key_id: Some("AKIAIOSFODNN7EXAMPLE".to_owned()),
        signed_headers: vec!["host".to_owned(), "x-k8s-aws-id".to_owned()],
        cluster_header_signed: true,
        date: Some(signed_at_plus(0)),
        expires_at: Some(signed_at_plus(900)),
        expires: Some("60".to_owned()),
        session_token_bytes: None,
        looks_like: None,
        faults: Vec::new(),
    }
}

#[test]
fn tells_all_that_a_sound_token_says() {
    assert_eq!(found(&PresignedUrl::permanent()), sound());
    let temporary = found(&PresignedUrl::temporary(1200));
    assert_eq!(
        (temporary.session_token_bytes, temporary.faults),
        (Some(1200), Vec::new())
    );
}

#[test]
fn knows_the_hosts_of_every_partition() {
    for (host, region, partition) in [
        (
            "sts.us-gov-west-1.amazonaws.com",
            "us-gov-west-1",
            Partition::AwsUsGov,
        ),
        (
            "sts.cn-north-1.amazonaws.com.cn",
            "cn-north-1",
            Partition::AwsCn,
        ),
        (
            "sts.eusc-de-east-1.amazonaws.eu",
            "eusc-de-east-1",
            Partition::AwsEusc,
        ),
    ] {
        let credential = format!("AKIAIOSFODNN7EXAMPLE%2F20230428%2F{region}%2Fsts%2Faws4_request");
        let url = PresignedUrl::permanent()
            .at(host)
            .with("X-Amz-Credential", &credential);
        let inspection = found(&url);
        assert_eq!(
            (inspection.partition, inspection.faults),
            (Some(partition), Vec::new())
        );
    }
}

#[test]
fn tells_every_broken_rule_at_once() {
    let url = PresignedUrl::permanent()
        .at("sts.evil.org")
        .with("Action", "AssumeRole")
        .with("X-Amz-SignedHeaders", "host")
        .with("X-Amz-Expires", "3600")
        .with(
            "X-Amz-Credential",
            "ASIAIOSFODNN7EXAMPLE%2f20230427%2fus-east-1%2fs3%2faws4_request",
        )
        .without("X-Amz-Signature")
        .and("Extra", "1")
        .and("Version", "1");
    let inspection = inspect(&url.token(), signed_at_plus(1000));
    let expected = Inspection {
        token_bytes: url.token().len(),
        url_bytes: Some(url.url().len()),
        host: Some("sts.evil.org".to_owned()),
        partition: None,
        region: Some("us-east-1".to_owned()),
        access_key_id: Some("ASIAIOSFODNN7EXAMPLE".to_owned()),
        signed_headers: vec!["host".to_owned()],
        cluster_header_signed: false,
        expires: Some("3600".to_owned()),
        looks_like: Some(Lookalike::CutOff),
        faults: inspection.faults.clone(),
        ..sound()
    };
    assert_eq!(inspection, expected);
    let lines: Vec<String> = inspection.faults.iter().map(Fault::to_string).collect();
    assert_eq!(
        lines,
        [
            "\"sts.evil.org\" is not a host of STS in this partition",
            "the value of X-Amz-Credential is not in minimal percent-encoding with capital hexadecimal digits",
            "parameter \"Extra\" is not allowed",
            "parameter Version is given more than once",
            "Action is \"AssumeRole\", not GetCallerIdentity",
            "header x-k8s-aws-id is not signed: X-Amz-SignedHeaders is \"host\"",
            "X-Amz-Expires is \"3600\", more than 900 seconds",
            "parameter X-Amz-Signature is missing",
            "the credential is of day \"20230427\", X-Amz-Date of another",
            "the credential is for service \"s3\", not sts",
            "the access key is temporary (ASIA…), but X-Amz-Security-Token is missing",
            "the token expired 100 s ago: STS honours it for 15 minutes from X-Amz-Date",
        ]
    );
}

#[test]
fn reads_on_behind_a_fault_of_the_encoding() {
    let token = PresignedUrl::permanent().token();
    let padded = inspect(&format!("{token}="), signed_at_plus(0));
    assert_eq!(padded.faults, [Fault::NotBase64Url { position: 493 }]);
    assert_eq!(padded.access_key_id, sound().access_key_id);
    let wrapped = inspect(&token.replacen("aHR0", "aHR0\n", 1), signed_at_plus(0));
    assert_eq!(wrapped.faults, [Fault::NotBase64Url { position: 15 }]);
    let cut = inspect(token.get(..400).unwrap(), signed_at_plus(0));
    assert_eq!(
        (cut.faults[0].clone(), cut.region),
        (Fault::CutOff, sound().region)
    );
}

#[test]
fn reads_a_bare_url_and_hides_user_information() {
    let url = PresignedUrl::permanent().at("user:hunter2@sts.us-west-2.amazonaws.com");
    let inspection = inspect(&url.url(), signed_at_plus(0));
    assert_eq!(inspection.faults, [Fault::MissingPrefix, Fault::UserInfo]);
    assert_eq!(inspection.host, sound().host);
    assert!(!format!("{inspection:?}").contains("hunter2"));
}

#[test]
fn text_that_is_no_token_at_all_is_told_so() {
    for (text, faults) in [
        ("", vec![Fault::MissingPrefix]),
        ("eyJhbGciOiJSUzI1NiJ9.e30.x", vec![Fault::MissingPrefix]),
        ("k8s-aws-v1.", vec![Fault::NotHttps]),
        (
            &token_of(b"hello world"),
            vec![Fault::Unprintable { position: 5 }, Fault::NotHttps],
        ),
    ] {
        let inspection = inspect(text, signed_at_plus(0));
        assert_eq!(inspection.faults, faults, "{text}");
    }
}

#[test]
fn what_is_no_whole_token_is_told_by_its_looks() {
    let (token, url) = {
        let url = PresignedUrl::permanent();
        (url.token(), url.url())
    };
    let encoded = token.replacen("k8s-aws-v1.", "", 1);
    let half = token.get(..400).unwrap();
    let all_but_one = token.get(..token.len() - 1).unwrap();
    let wrapped = token.replacen("aHR0", "aHR0\r\n", 1);
    for (text, expected) in [
        ("", Some(Lookalike::Nothing)),
        (" \n", Some(Lookalike::Nothing)),
        (&*format!("Bearer {token}"), Some(Lookalike::Header)),
        (
            &*format!("authorization: bearer {token}"),
            Some(Lookalike::Header),
        ),
        (&*format!("\"{token}\""), Some(Lookalike::Quoted)),
        (&*format!("'{token}'"), Some(Lookalike::Quoted)),
        (&*url, Some(Lookalike::PresignedUrl)),
        (&*encoded, Some(Lookalike::WithoutPrefix)),
        (
            &*token.replacen("v1", "v2", 1),
            Some(Lookalike::OtherVersion),
        ),
        (
            "eyJhbGciOiJSUzI1NiJ9.e30.x-_",
            Some(Lookalike::JsonWebToken),
        ),
        ("eyJhbGciOiJSUzI1NiJ9.e30", None),
        ("eyJhbGciOiJSUzI1NiJ9.e30.x y", None),
        (&*wrapped, Some(Lookalike::Wrapped)),
        ("k8s-aws-v1.", Some(Lookalike::CutOff)),
        ("k8s-aws-v1.aHR0", Some(Lookalike::CutOff)),
        (half, Some(Lookalike::CutOff)),
        (all_but_one, Some(Lookalike::CutOff)),
        (&*token, None),
        (&*format!("{token}="), None),
        (&*token_of(b"hello world"), None),
        ("hello", None),
        ("\u{1f600}\u{1f600}\u{1f600}", None),
    ] {
        let inspection = inspect(text, signed_at_plus(0));
        assert_eq!(inspection.looks_like, expected, "{text}");
    }
}

#[test]
fn too_long_a_token_is_read_all_the_same() {
    let url = PresignedUrl::temporary(8192).with("X-Amz-Security-Token", &"%2B".repeat(4097));
    let inspection = found(&url);
    assert_eq!(inspection.session_token_bytes, Some(4097));
    assert_eq!(
        inspection.faults,
        [Fault::TooLong {
            len: url.token().len()
        }]
    );
}
