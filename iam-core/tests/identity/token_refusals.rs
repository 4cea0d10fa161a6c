//! One refusal for each rule, by the whole message.

use iam_core::partition::Partition;
use iam_core::presigned::Parameter;
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;

use crate::support::{PresignedUrl, token_of};

fn refusal(token: &str) -> String {
    match Token::parse(token, &StsHosts::of(Partition::Aws, &[])) {
        Ok(_) => "accepted".to_owned(),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn the_text_must_be_the_one_encoding() {
    let token = PresignedUrl::permanent().token();
    let encoded = token.strip_prefix(Token::PREFIX).unwrap();
    let (head, last) = token.split_at(token.len() - 1);
    assert_eq!(last, "Q");
    let cut = token.get(..token.len() - 1).unwrap();
    let no_prefix = "the token does not begin with k8s-aws-v1.";
    for (text, message) in [
        (String::new(), no_prefix),
        (encoded.to_owned(), no_prefix),
        (format!("k8s-aws-v2.{encoded}"), no_prefix),
        (format!("K8S-AWS-V1.{encoded}"), no_prefix),
        (format!(" {token}"), no_prefix),
        ("x".repeat(16_384), no_prefix),
        (
            "x".repeat(16_385),
            "the token has 16385 bytes, more than 16384",
        ),
        (
            format!("{head}R"),
            "the token's last character holds bits that encode nothing",
        ),
        (
            cut.to_owned(),
            "the token is cut off: no base64url text has its length",
        ),
        (
            Token::PREFIX.to_owned(),
            "the URL does not begin with https://",
        ),
    ] {
        assert_eq!(refusal(&text), message, "{text}");
    }
}

#[test]
fn the_text_must_be_of_the_alphabet() {
    let token = PresignedUrl::permanent().token();
    for (text, position) in [
        ("k8s-aws-v1.decodingerror!".to_owned(), 24),
        (format!("{token}="), 493),
        (format!("{token}=="), 493),
        (format!("{token}\n"), 493),
        (token.replacen("aHR0", "aH\nR0", 1), 13),
        (token.replacen("aHR0", "a+R0", 1), 12),
        (token.replacen("aHR0", "a/R0", 1), 12),
        (token.replacen("aHR0", "a\u{212a}R0", 1), 12),
    ] {
        let message = format!(
            "the character at byte {position} of the token is not of the base64url alphabet A-Z a-z 0-9 - _"
        );
        assert_eq!(refusal(&text), message, "{text}");
    }
}

#[test]
fn the_url_must_be_printable_ascii() {
    let url = PresignedUrl::permanent().url();
    for (text, position) in [
        (format!("{url} ").into_bytes(), 361),
        (format!("{url}\r\n").into_bytes(), 361),
        (url.replace("https", "ht\ttps").into_bytes(), 2),
        (url.replace("sts", "s\u{ad}ts").into_bytes(), 9),
        (url.replace("sts", "\u{ff53}ts").into_bytes(), 8),
        (
            [url.as_bytes(), b"&X-Amz-Security-To\xe2\x84\xaaen=x"].concat(),
            379,
        ),
        (b"https://\xff".to_vec(), 8),
        (b"\0".to_vec(), 0),
    ] {
        let message = format!("byte {position} of the URL is a space or not printable ASCII");
        assert_eq!(refusal(&token_of(&text)), message);
    }
}

#[test]
fn the_url_must_be_https_without_user_information() {
    let host = "sts.us-west-2.amazonaws.com";
    for url in [
        "HTTPS://HOST/?a=b",
        "http://HOST/?a=b",
        "//HOST/?a=b",
        "HOST/?a=b",
        ":ab:cd.af:/asda",
        "",
    ] {
        let token = token_of(url.replace("HOST", host).as_bytes());
        assert_eq!(
            refusal(&token),
            "the URL does not begin with https://",
            "{url}"
        );
    }
    for url in [
        "https://user:pass@HOST/?a=b",
        "https://@HOST/?a=b",
        "https://HOST@evil.org/?a=b",
    ] {
        let token = token_of(url.replace("HOST", host).as_bytes());
        assert_eq!(
            refusal(&token),
            "the URL carries user information before the host",
            "{url}"
        );
    }
}

#[test]
fn the_path_must_be_the_root_with_a_query() {
    for path in ["", "//", "/abc", "/%2F", "/.", "/x/../", "/;", "/#", "#/"] {
        let token = token_of(format!("https://sts.amazonaws.com{path}?a=b").as_bytes());
        assert_eq!(
            refusal(&token),
            format!("the URL's path is \"{path}\", not /")
        );
    }
    for (url, message) in [
        ("https://sts.amazonaws.com", "the URL's path is \"\", not /"),
        ("https://sts.amazonaws.com/", "the URL has no query"),
        (
            "https:///sts.amazonaws.com/?a=b",
            "\"\" is not a host of STS in this partition",
        ),
    ] {
        assert_eq!(refusal(&token_of(url.as_bytes())), message, "{url}");
    }
}

#[test]
fn the_host_must_be_listed_byte_for_byte() {
    for host in [
        "",
        "google.com",
        "STS.us-west-2.amazonaws.com",
        "sts.us-west-2.amazonaws.com.",
        "sts.us-west-2.amazonaws.com:443",
        "sts.us-west-2.amazonaws.com:8443",
        "sts%2eus-west-2.amazonaws.com",
        "%73ts.us-west-2.amazonaws.com",
        "sts.us-west-2.amazonaws.com;evil.org",
        "sts.s3.amazonaws.com",
        "sts.s3-us-west-2.amazonaws.com",
        "sts.not-a-region.amazonaws.com",
        "sts.us-east-9.amazonaws.com",
        "sts.us-gov-west-1.amazonaws.com",
        "sts.cn-north-1.amazonaws.com.cn",
        "sts.us-west-2.amazonaws.com.cn",
        "sts.us-west-2.amazonaws.com.evil.org",
        "website.amazonaws.com",
        "sts",
        "vpce-0abc.sts.us-west-2.vpce.amazonaws.com",
    ] {
        let token = PresignedUrl::permanent().at(host).token();
        assert_eq!(
            refusal(&token),
            format!("\"{host}\" is not a host of STS in this partition")
        );
    }
    let token = PresignedUrl::permanent()
        .at("sts.us-west-2.amazonaws.com\\evil.org")
        .token();
    assert_eq!(
        refusal(&token),
        "\"sts.us-west-2.amazonaws.com\\\\evil.org\" is not a host of STS in this partition"
    );
}

#[test]
fn parameters_must_be_known_by_their_exact_name() {
    for name in [
        "NoInWhiteList",
        "action",
        "x-amz-credential",
        "X-Amz-Signedheaders",
        "Action%20",
        "%41ction",
        "X-Amz-Algorithm[]",
        "",
    ] {
        let token = PresignedUrl::permanent().and(name, "eve").token();
        assert_eq!(
            refusal(&token),
            format!("parameter \"{name}\" is not allowed")
        );
    }
    let token = PresignedUrl::permanent().and(&"x".repeat(65), "").token();
    assert_eq!(
        refusal(&token),
        format!("parameter \"{}…\" is not allowed", "x".repeat(64))
    );
}

#[test]
fn parameters_must_be_there_once() {
    for parameter in Parameter::ALL {
        let url = PresignedUrl::temporary(9).without(Parameter::Version.name());
        if parameter != Parameter::Version {
            let twice = url.clone().and(parameter.name(), "x").token();
            assert_eq!(
                refusal(&twice),
                format!("parameter {parameter} is given more than once")
            );
        }
        if parameter != Parameter::SecurityToken {
            let never = PresignedUrl::permanent().without(parameter.name()).token();
            assert_eq!(refusal(&never), format!("parameter {parameter} is missing"));
        }
    }
    for ten in [
        PresignedUrl::temporary(9).and("x", "y"),
        PresignedUrl::temporary(9).and("Action", "x"),
    ] {
        assert_eq!(
            refusal(&ten.token()),
            "the query has more than 9 parameters"
        );
    }
}

#[test]
fn pairs_must_have_a_name_and_a_value() {
    let url = PresignedUrl::permanent().url();
    for (text, message) in [
        (format!("{url}&"), "parameter 9 of the query has no ="),
        (
            url.replacen('&', "&&", 1),
            "parameter 2 of the query has no =",
        ),
        (
            url.replacen('?', "?&", 1),
            "parameter 1 of the query has no =",
        ),
        (
            url.replacen("Action=", "Action%3D", 1),
            "parameter 1 of the query has no =",
        ),
        (
            "https://sts.amazonaws.com/?".to_owned(),
            "parameter 1 of the query has no =",
        ),
    ] {
        assert_eq!(refusal(&token_of(text.as_bytes())), message, "{text}");
    }
}

#[test]
fn values_must_be_in_their_one_spelling_and_printable() {
    for (name, value, unprintable) in [
        ("Action", "%47etCallerIdentity", false),
        ("Action", "=GetCallerIdentity", false),
        ("Action", "GetCallerIdentity;Version=2011-06-15", false),
        ("Action", "GetCallerIdentity%00", true),
        ("X-Amz-SignedHeaders", "host%3bx-k8s-aws-id", false),
        ("X-Amz-SignedHeaders", "host;x-k8s-aws-id", false),
        ("X-Amz-Expires", "60%gh", false),
        ("X-Amz-Expires", "60%2", false),
        ("X-Amz-Expires", "60%20", true),
        ("X-Amz-Expires", "+60", false),
        ("X-Amz-Date", "2023042%38T000000Z", false),
        (
            "X-Amz-Credential",
            "AKIAIOSFODNN7EXAMPLE/20230428/us-west-2/sts/aws4_request",
            false,
        ),
        ("X-Amz-Signature", "abc#x", false),
        ("X-Amz-Security-Token", "a+b", false),
        ("X-Amz-Security-Token", "a%2Db", false),
        ("X-Amz-Security-Token", "a%0Ab", true),
        ("X-Amz-Security-Token", "a%E2%84%AAb", true),
    ] {
        let token = PresignedUrl::temporary(9).with(name, value).token();
        let message = if unprintable {
            format!("the value of {name} holds a space or something other than printable ASCII")
        } else {
            format!(
                "the value of {name} is not in minimal percent-encoding with capital hexadecimal digits"
            )
        };
        assert_eq!(refusal(&token), message, "{name}={value}");
    }
}

#[test]
fn values_must_say_what_they_must() {
    for (name, value, message) in WRONG_VALUES {
        let token = PresignedUrl::permanent().with(name, value).token();
        assert_eq!(refusal(&token), *message, "{name}={value}");
    }
}

const WRONG_VALUES: &[(&str, &str, &str)] = &[
    ("Action", "get", "Action is \"get\", not GetCallerIdentity"),
    (
        "Action",
        "getCallerIdentity",
        "Action is \"getCallerIdentity\", not GetCallerIdentity",
    ),
    ("Action", "", "Action is \"\", not GetCallerIdentity"),
    (
        "Version",
        "2011-06-16",
        "Version is \"2011-06-16\", not 2011-06-15",
    ),
    (
        "X-Amz-Algorithm",
        "AWS4-ECDSA-P256-SHA256",
        "X-Amz-Algorithm is \"AWS4-ECDSA-P256-SHA256\", not AWS4-HMAC-SHA256",
    ),
    (
        "X-Amz-SignedHeaders",
        "abc%3Bx-k8s-aws-i%3Bdef",
        "header x-k8s-aws-id is not signed: X-Amz-SignedHeaders is \"abc;x-k8s-aws-i;def\"",
    ),
    (
        "X-Amz-SignedHeaders",
        "host",
        "header x-k8s-aws-id is not signed: X-Amz-SignedHeaders is \"host\"",
    ),
    (
        "X-Amz-SignedHeaders",
        "host%3BX-K8s-Aws-Id",
        "header x-k8s-aws-id is not signed: X-Amz-SignedHeaders is \"host;X-K8s-Aws-Id\"",
    ),
    (
        "X-Amz-SignedHeaders",
        "",
        "header x-k8s-aws-id is not signed: X-Amz-SignedHeaders is \"\"",
    ),
    (
        "X-Amz-SignedHeaders",
        "x-k8s-aws-id",
        "header host is not signed: X-Amz-SignedHeaders is \"x-k8s-aws-id\"",
    ),
    (
        "X-Amz-SignedHeaders",
        "host%3Bx-amz-foo%3Bx-k8s-aws-id",
        "X-Amz-SignedHeaders is \"host;x-amz-foo;x-k8s-aws-id\", not host;x-k8s-aws-id",
    ),
    (
        "X-Amz-SignedHeaders",
        "x-k8s-aws-id%3Bhost",
        "X-Amz-SignedHeaders is \"x-k8s-aws-id;host\", not host;x-k8s-aws-id",
    ),
    (
        "X-Amz-SignedHeaders",
        "host%3Bx-k8s-aws-id%3B",
        "X-Amz-SignedHeaders is \"host;x-k8s-aws-id;\", not host;x-k8s-aws-id",
    ),
    (
        "X-Amz-Date",
        "",
        "X-Amz-Date is \"\", not of the form YYYYMMDDTHHMMSSZ",
    ),
    (
        "X-Amz-Date",
        "xxxxxxx",
        "X-Amz-Date is \"xxxxxxx\", not of the form YYYYMMDDTHHMMSSZ",
    ),
    (
        "X-Amz-Date",
        "20230428T000000.123Z",
        "X-Amz-Date is \"20230428T000000.123Z\", not of the form YYYYMMDDTHHMMSSZ",
    ),
    (
        "X-Amz-Date",
        "20230428T000000%2C5Z",
        "X-Amz-Date is \"20230428T000000,5Z\", not of the form YYYYMMDDTHHMMSSZ",
    ),
    (
        "X-Amz-Date",
        "20230428t000000z",
        "X-Amz-Date is \"20230428t000000z\", not of the form YYYYMMDDTHHMMSSZ",
    ),
    (
        "X-Amz-Date",
        "20230230T000000Z",
        "X-Amz-Date is \"20230230T000000Z\", which is no instant from 1970 on",
    ),
    (
        "X-Amz-Date",
        "20230428T240000Z",
        "X-Amz-Date is \"20230428T240000Z\", which is no instant from 1970 on",
    ),
    (
        "X-Amz-Date",
        "20230428T000060Z",
        "X-Amz-Date is \"20230428T000060Z\", which is no instant from 1970 on",
    ),
    (
        "X-Amz-Date",
        "19691231T235959Z",
        "X-Amz-Date is \"19691231T235959Z\", which is no instant from 1970 on",
    ),
];

#[test]
fn expiries_must_be_plain_numbers_up_to_900() {
    for value in ["", "060", "00", "-1", "-0", "60.0", "0x3c", "6O", "1e2"] {
        let token = PresignedUrl::permanent()
            .with("X-Amz-Expires", value)
            .token();
        let message = format!(
            "X-Amz-Expires is \"{value}\", not a number of seconds without sign or leading zero"
        );
        assert_eq!(refusal(&token), message);
    }
    for value in ["901", "65536", "9999999", "18446744073709551616"] {
        let token = PresignedUrl::permanent()
            .with("X-Amz-Expires", value)
            .token();
        assert_eq!(
            refusal(&token),
            format!("X-Amz-Expires is \"{value}\", more than 900 seconds")
        );
    }
    for value in ["0", "1", "900"] {
        let token = PresignedUrl::permanent()
            .with("X-Amz-Expires", value)
            .token();
        assert_eq!(refusal(&token), "accepted", "{value}");
    }
}

#[test]
fn signatures_must_be_64_lower_case_digits() {
    for value in [
        "",
        "e211dba7",
        &"E".repeat(64),
        &"a".repeat(63),
        &"a".repeat(65),
        &"g".repeat(64),
    ] {
        let token = PresignedUrl::permanent()
            .with("X-Amz-Signature", value)
            .token();
        assert_eq!(
            refusal(&token),
            "X-Amz-Signature is not 64 lower-case hexadecimal digits"
        );
    }
}

#[test]
fn credentials_must_fit_the_request() {
    for (credential, message) in WRONG_CREDENTIALS {
        let value = credential.replace('/', "%2F");
        let token = PresignedUrl::permanent()
            .with("X-Amz-Credential", &value)
            .token();
        assert_eq!(refusal(&token), *message, "{credential}");
    }
}

const WRONG_CREDENTIALS: &[(&str, &str)] = &[
    (
        "",
        "X-Amz-Credential has 1 parts, not 5: KEY/DAY/REGION/sts/aws4_request",
    ),
    (
        "AKIAIOSFODNN7EXAMPLE/20230428/us-west-2/sts",
        "X-Amz-Credential has 4 parts, not 5: KEY/DAY/REGION/sts/aws4_request",
    ),
    (
        "AKIAIOSFODNN7EXAMPLE/20230428/us-west-2/sts/aws4_request/",
        "X-Amz-Credential has 6 parts, not 5: KEY/DAY/REGION/sts/aws4_request",
    ),
    (
        "/20230428/us-west-2/sts/aws4_request",
        "access key id \"\" is not AKIA or ASIA and 12 to 124 capital letters and digits",
    ),
    (
        "AROAIOSFODNN7EXAMPLE/20230428/us-west-2/sts/aws4_request",
        "access key id \"AROAIOSFODNN7EXAMPLE\" is not AKIA or ASIA and 12 to 124 capital letters and digits",
    ),
    (
        "Throttling/20230428/us-west-2/sts/aws4_request",
        "access key id \"Throttling\" is not AKIA or ASIA and 12 to 124 capital letters and digits",
    ),
    (
        "AKIAIOSFODNN7EXAMPLE/20230427/us-west-2/sts/aws4_request",
        "the credential is of day \"20230427\", X-Amz-Date of another",
    ),
    (
        "AKIAIOSFODNN7EXAMPLE/20230428/us-east-1/sts/aws4_request",
        "the credential is for region \"us-east-1\", the host for us-west-2",
    ),
    (
        "AKIAIOSFODNN7EXAMPLE/20230428/us-west-2/s3/aws4_request",
        "the credential is for service \"s3\", not sts",
    ),
    (
        "AKIAIOSFODNN7EXAMPLE/20230428/us-west-2/sts/aws4",
        "the credential ends with \"aws4\", not aws4_request",
    ),
    (
        "ASIAIOSFODNN7EXAMPLE/20230428/us-west-2/sts/aws4_request",
        "the access key is temporary (ASIA…), but X-Amz-Security-Token is missing",
    ),
];

#[test]
fn session_tokens_must_fit_the_key() {
    let unexpected = PresignedUrl::permanent()
        .and("X-Amz-Security-Token", "x")
        .token();
    assert_eq!(
        refusal(&unexpected),
        "the access key is permanent (AKIA…), but X-Amz-Security-Token is given"
    );
    for value in [String::new(), "x".repeat(8193)] {
        let token = PresignedUrl::temporary(9)
            .with("X-Amz-Security-Token", &value)
            .token();
        assert_eq!(refusal(&token), "X-Amz-Security-Token is empty or too long");
    }
}
