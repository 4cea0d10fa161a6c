use std::fs;
use std::time::Duration;

use super::{NOBODY, SECRET, TOKEN, ask, environment, failure, keys, parts};
use crate::environment::EndpointVariables;
use crate::fetch::{FetchError, MfaPrompt};
use crate::source::{Origin, RoleRequest, RoleSource, Source, WebIdentity};
use crate::test_peer::{TestPeer, answer, closed_port};

const ROLE: &str = "arn:aws:iam::111122223333:role/admin";
const ASSUMING: &str = "assuming arn:aws:iam::111122223333:role/admin (--role-arn)";

fn role(base: Source, change: impl Fn(&mut RoleRequest)) -> Source {
    let mut request = RoleRequest {
        role_arn: ROLE.parse().unwrap(),
        session_name: None,
        external_id: None,
        duration: None,
        mfa_serial: None,
    };
    change(&mut request);
    Source::Role(Box::new(RoleSource {
        base,
        request,
        origin: Origin::Argument("--role-arn"),
    }))
}

fn plain() -> Source {
    role(keys(), |_| ())
}

fn assumed(action: &str, key: &str, expiration: &str) -> String {
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\
         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
         <SessionToken>{TOKEN}</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
         </{action}Result></{action}Response>"
    );
    answer("200 OK", &body)
}

fn refused(status: &str, code: &str, message: &str) -> String {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>c6104cbe</RequestId></ErrorResponse>"
    );
    let answer = answer(status, &body);
    answer.replacen("\r\n", "\r\nx-amzn-requestid: c6104cbe\r\n", 1)
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn a_role_is_assumed_with_all_that_is_asked_for() {
    let peer = TestPeer::answering([
        assumed("AssumeRole", "ASIAIOSFODNN7EXAMPLE", "2023-11-14T23:13:20Z"),
        assumed("AssumeRole", "ASIAIOSFODNN7SECOND0", "2023-11-14T22:28:20Z"),
    ]);
    let second = role(plain(), |request| {
        request.session_name = Some("ann@example".parse().unwrap());
        request.external_id = Some("a:b/c d".to_owned());
        request.duration = Some(Duration::from_mins(15));
        request.mfa_serial = Some("arn:aws:iam::111122223333:mfa/ann".to_owned());
    });
    let asked = |serial: &str| {
        assert_eq!(serial, "arn:aws:iam::111122223333:mfa/ann");
        Ok("123456".to_owned())
    };
    let credentials = ask(&second, &environment(peer.url()), MfaPrompt::Ask(&asked)).unwrap();
    let expected = ["ASIAIOSFODNN7SECOND0", SECRET, TOKEN, "1700000900"];
    assert_eq!(parts(&credentials), expected);
    assert_eq!(
        body(&peer.heard()),
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole\
         %2Fadmin&RoleSessionName=token-exec-1700000000",
    );
    let second = peer.heard();
    assert_eq!(
        body(&second),
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole\
         %2Fadmin&RoleSessionName=ann%40example&DurationSeconds=900&ExternalId=a%3Ab%2Fc%20d&\
         SerialNumber=arn%3Aaws%3Aiam%3A%3A111122223333%3Amfa%2Fann&TokenCode=123456",
    );
    let token = format!("\r\nx-amz-security-token: {TOKEN}\r\n");
    assert!(
        second.contains(&token),
        "the second role is assumed with the first"
    );
    assert!(second.contains("/eu-west-1/sts/aws4_request"), "{second}");
}

#[test]
fn says_what_sts_said_and_what_to_do_about_it() {
    let denied = "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: \
                  sts:AssumeRole on resource: arn:aws:iam::111122223333:role/admin";
    let allow = "the caller's policies must allow sts:AssumeRole on the role, and the role's trust \
                 policy must name the caller; it may also demand an external id or MFA, and none is \
                 set";
    let clock = "check the secret access key and the clock of this machine";
    let region = "STS is not active in this region for the account: give another with --region, or \
                  activate it in the IAM console";
    let unknown = "this access key is unknown to AWS or switched off: use another";
    let expired = "the credentials that it is assumed with have expired: get fresh ones where they \
                   came from";
    let echo = "no match. The Canonical String should have been x-amz-security-token:abc";
    for (code, said, message, hint) in [
        ("AccessDenied", denied, denied, allow),
        (
            "InvalidClientTokenId",
            "It is invalid",
            "It is invalid",
            unknown,
        ),
        ("SignatureDoesNotMatch", echo, "no match.", clock),
        ("RegionDisabledException", "Not here", "Not here", region),
        ("ExpiredToken", SECRET, "", expired),
        ("Teapot", "a&#x1b;[1mb&#10;c", "a [1mb c", ""),
    ] {
        let peer = TestPeer::answering([refused("403 Forbidden", code, said)]);
        let found = failure(ask(&plain(), &environment(peer.url()), NOBODY));
        let colon = if message.is_empty() { "" } else { ": " };
        let error = format!("{ASSUMING}: {code}{colon}{message} (request id c6104cbe)");
        assert_eq!(found, (error, hint.to_owned()));
    }
}

#[test]
fn throttling_and_broken_answers_are_asked_again_up_to_three_times() {
    let throttled = || refused("400 Bad Request", "Throttling", "Rate exceeded");
    let good = || assumed("AssumeRole", "ASIAIOSFODNN7EXAMPLE", "2023-11-14T23:13:20Z");
    let peer = TestPeer::answering([throttled(), answer("503 Service Unavailable", ""), good()]);
    let credentials = ask(&plain(), &environment(peer.url()), NOBODY).unwrap();
    assert_eq!(credentials.access_key_id.as_str(), "ASIAIOSFODNN7EXAMPLE");

    let peer = TestPeer::answering([throttled(), throttled(), throttled(), good()]);
    let found = failure(ask(&plain(), &environment(peer.url()), NOBODY));
    let error = format!("{ASSUMING}: Throttling: Rate exceeded (request id c6104cbe)");
    assert_eq!(found, (error, "try again in a while".to_owned()));
}

#[test]
fn answers_that_hold_no_credentials_are_refused() {
    let past = "the answer's credentials expired at 2023-11-14T22:13:20Z, and now it is \
                2023-11-14T22:13:20Z";
    let status = |status| format!("its answer (HTTP status {status}) makes no sense");
    for (answer, expected) in [
        (answer("200 OK", "<html>Welcome</html>"), status(200)),
        (answer("403 Forbidden", "<html>Log in</html>"), status(403)),
        (answer("302 Found", ""), status(302)),
        (
            assumed("AssumeRole", "ASIAIOSFODNN7EXAMPLE", "2023-11-14T22:13:20Z"),
            past.to_owned(),
        ),
        (
            assumed("AssumeRole", "s3cret", "2023-11-14T23:13:20Z"),
            "the answer's AccessKeyId is not an access key id".to_owned(),
        ),
    ] {
        let peer = TestPeer::answering([answer]);
        let (error, _) = failure(ask(&plain(), &environment(peer.url()), NOBODY));
        assert_eq!(error, format!("{ASSUMING}: {expected}"));
    }
}

#[test]
fn an_sts_that_is_not_there_is_named_with_its_address() {
    let closed = closed_port();
    let (error, hint) = failure(ask(
        &plain(),
        &environment(format!("http://{closed}")),
        NOBODY,
    ));
    let start =
        format!("{ASSUMING}: connecting to {closed}: tcp connect error: Connection refused");
    assert!(error.starts_with(&start), "{error}");
    assert_eq!(
        hint,
        "check the endpoint URL and the network, or set HTTPS_PROXY where one is needed"
    );
}

#[test]
fn mfa_without_anybody_to_ask_says_why_and_what_to_do() {
    let source = role(keys(), |request| {
        request.mfa_serial = Some("GAHT12345678".to_owned())
    });
    let (error, hint) = failure(ask(
        &source,
        &environment("http://127.0.0.1:1".to_owned()),
        NOBODY,
    ));
    assert_eq!(
        error,
        "asking for the code of MFA device GAHT12345678, to assume \
         arn:aws:iam::111122223333:role/admin: nobody",
    );
    assert_eq!(hint, crate::mfa::REMEDY);

    let message = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
    let peer = TestPeer::answering([refused("403 Forbidden", "AccessDenied", message)]);
    let asked = |_: &str| Ok("123456".to_owned());
    let (_, hint) = failure(ask(
        &source,
        &environment(peer.url()),
        MfaPrompt::Ask(&asked),
    ));
    assert_eq!(
        hint,
        "type the device's newest code: each is good once, and for half a minute"
    );
}

fn web_identity(token: &[u8]) -> (tempfile::TempDir, Source) {
    let directory = tempfile::tempdir().unwrap();
    let token_file = directory.path().join("token");
    fs::write(&token_file, token).unwrap();
    let source = Source::WebIdentity(WebIdentity {
        role_arn: ROLE.parse().unwrap(),
        token_file,
        session_name: Some("pod".parse().unwrap()),
        origin: Origin::Variable("AWS_WEB_IDENTITY_TOKEN_FILE"),
    });
    (directory, source)
}

#[test]
fn a_role_is_assumed_with_the_token_of_a_file_unsigned() {
    let peer = TestPeer::answering([assumed(
        "AssumeRoleWithWebIdentity",
        "ASIAIOSFODNN7EXAMPLE",
        "2023-11-14T23:13:20Z",
    )]);
    let (_directory, source) = web_identity(b"ey.J.x\n");
    let credentials = ask(&source, &environment(peer.url()), NOBODY).unwrap();
    let expected = ["ASIAIOSFODNN7EXAMPLE", SECRET, TOKEN, "1700003600"];
    assert_eq!(parts(&credentials), expected);
    let heard = peer.heard();
    assert_eq!(
        body(&heard),
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A\
         111122223333%3Arole%2Fadmin&RoleSessionName=pod&WebIdentityToken=ey.J.x",
    );
    assert!(
        !heard.to_ascii_lowercase().contains("authorization:"),
        "{heard}"
    );
}

#[test]
fn says_what_is_wrong_with_a_web_identity_without_its_token() {
    let doing = |directory: &tempfile::TempDir| {
        format!(
            "assuming {ROLE} with the token of {}/token (AWS_WEB_IDENTITY_TOKEN_FILE)",
            directory.path().display()
        )
    };
    let (directory, source) = web_identity(b"");
    let (error, hint) = failure(ask(
        &source,
        &environment("http://127.0.0.1:1".to_owned()),
        NOBODY,
    ));
    let file = format!("{}/token", directory.path().display());
    assert_eq!(error, format!("{}: {file} is empty", doing(&directory)));
    assert!(hint.contains("eks.amazonaws.com/role-arn"), "{hint}");

    for (code, message, hint) in [
        (
            "ExpiredTokenException",
            "It is over",
            "the token has expired",
        ),
        (
            "InvalidIdentityToken",
            "No provider",
            "the account needs an IAM OIDC provider",
        ),
        (
            "AccessDenied",
            "Not authorized",
            "the role's trust policy must allow",
        ),
    ] {
        let peer = TestPeer::answering([refused(
            "400 Bad Request",
            code,
            &format!("{message} ey.J.x"),
        )]);
        let (directory, source) = web_identity(b"ey.J.x");
        let (error, found) = failure(ask(&source, &environment(peer.url()), NOBODY));
        let said = format!("{code}: {message} (request id c6104cbe)");
        assert_eq!(error, format!("{}: {said}", doing(&directory)));
        assert!(found.starts_with(hint), "{found}");
    }
}

#[test]
fn a_region_that_is_not_set_is_named() {
    let mut environment = environment("http://127.0.0.1:1".to_owned());
    environment.region = None;
    let error: Result<_, FetchError> = ask(&plain(), &environment, NOBODY);
    let expected = (
        format!("{ASSUMING}: no region is set"),
        "give --region, or set AWS_REGION".to_owned(),
    );
    assert_eq!(failure(error), expected);
}

/// The host is read off the tunnel that a proxy is asked for.
#[test]
fn sts_is_asked_at_the_host_that_the_settings_choose() {
    type Change = fn(&mut EndpointVariables);
    let table: [(Change, &str); 5] = [
        (|_| (), "sts.eu-west-1.amazonaws.com"),
        (
            |variables| variables.use_fips = Some("true".to_owned()),
            "sts-fips.eu-west-1.amazonaws.com",
        ),
        (
            |variables| variables.use_dualstack = Some("true".to_owned()),
            "sts.eu-west-1.api.aws",
        ),
        (
            |variables| variables.sts_regional = Some("legacy".to_owned()),
            "sts.amazonaws.com",
        ),
        (
            |variables| {
                variables.sts_url = Some("http://127.0.0.1:1".to_owned());
                variables.ignore_configured_urls = Some("true".to_owned());
            },
            "sts.eu-west-1.amazonaws.com",
        ),
    ];
    for (change, host) in table {
        let proxy = TestPeer::answering([answer("403 Forbidden", "")]);
        let mut environment = environment(String::new());
        environment.endpoints.sts_url = None;
        environment.endpoints.https_proxy = Some(proxy.url());
        change(&mut environment.endpoints);
        let (error, _) = failure(ask(&plain(), &environment, NOBODY));
        let expected = format!(
            "{ASSUMING}: reaching {host}:443 by the proxy {} of HTTPS_PROXY: tunnel error: \
             unsuccessful",
            proxy.host()
        );
        assert_eq!(error, expected);
        let asked = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n");
        assert_eq!(proxy.heard(), asked);
    }
}
