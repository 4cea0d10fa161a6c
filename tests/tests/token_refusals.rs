//! Tokens that must not let anyone in: those that break a rule cost no connection to STS; those
//! that only STS can tell apart cost one call.

use std::time::Duration;

use e2e::support::keys::Keys;
use e2e::support::line::Line;
use e2e::support::sts::{Counts, STS_HOST};
use e2e::support::token::bearer_of;

/// The word of a denial, always as an answer with status 200.
fn denied(word: &str) -> (u16, &str) {
    (200, word)
}

/// Each URL, as a token, is malformed; nobody is asked.
fn expect_malformed(line: &Line, urls: &[(&str, String)]) {
    for (name, url) in urls {
        let review = line.webhook.authenticate(&bearer_of(url));
        assert_eq!(denied("malformed"), review.refusal(), "{name}");
    }
    assert_eq!(Counts::default(), line.sts.counts());
}

#[test]
fn refuses_what_is_no_token_without_asking_sts() {
    let line = Line::new("shape");
    let good = line.recipe(&line.sts.add_user("alice")).bearer();
    let tokens = [
        ("nothing", String::new()),
        ("a word", "secret".to_owned()),
        ("another prefix", good.replacen("v1", "v2", 1)),
        ("the prefix alone", "k8s-aws-v1.".to_owned()),
        ("padding", format!("{good}=")),
        ("a letter outside the alphabet", format!("{good}+")),
        ("a line break", format!("{good}\n")),
        (
            "one byte too long",
            format!("k8s-aws-v1.{}", "A".repeat(16_384 - 10)),
        ),
        ("no URL", bearer_of("sts")),
        ("not UTF-8", "k8s-aws-v1._____w".to_owned()),
        (
            "a service account's token",
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2ln".to_owned(),
        ),
    ];
    for (name, token) in tokens {
        assert_eq!(
            denied("malformed"),
            line.webhook.authenticate(&token).refusal(),
            "{name}"
        );
    }
    assert_eq!(Counts::default(), line.sts.counts());
}

#[test]
fn refuses_another_host_without_asking_anyone() {
    let line = Line::new("hosts");
    let keys = line.sts.add_user("alice");
    let hosts = [
        "sts.evil.example",
        "sts.us-west-2.amazonaws.com.evil.example",
        "sts.us-west-9.amazonaws.com",
        "sts.s3.amazonaws.com",
        "sts.cn-north-1.amazonaws.com.cn",
        "sts.us-gov-west-1.amazonaws.com",
        "STS.us-west-2.amazonaws.com",
        "s3.us-west-2.amazonaws.com",
        "127.0.0.1",
    ];
    for host in hosts {
        let recipe = line.recipe(&keys).host(host);
        assert_eq!(
            denied("host_not_listed"),
            line.webhook.authenticate(&recipe.bearer()).refusal(),
            "{host}"
        );
    }
    let good = line.recipe(&keys).url();
    let places = [
        format!("http://{STS_HOST}/"),
        format!("https://{STS_HOST}:443/"),
        format!("https://{STS_HOST}./"),
        format!("https://evil.example@{STS_HOST}/"),
        format!("https://{STS_HOST}@evil.example/"),
        format!("https://{STS_HOST}/x"),
        format!("https://{STS_HOST}//"),
        format!("HTTPS://{STS_HOST}/"),
        format!("https:\\\\{STS_HOST}/"),
    ];
    for place in places {
        let token = bearer_of(&good.replacen(&format!("https://{STS_HOST}/"), &place, 1));
        let review = line.webhook.authenticate(&token);
        assert!(
            ["malformed", "host_not_listed"].contains(&review.refusal().1),
            "{place}: {:?}",
            review.refusal()
        );
        assert!(!review.is_authenticated(), "{place}");
    }
    assert_eq!(Counts::default(), line.sts.counts());
}

#[test]
fn refuses_another_query_without_asking_sts() {
    let line = Line::new("query");
    let keys = line.sts.add_user("alice");
    let (action, version) = (("Action", "GetCallerIdentity"), ("Version", "2011-06-15"));
    let with = |pairs: &[(&str, &str)]| line.recipe(&keys).query(pairs).url();
    expect_malformed(
        &line,
        &[
            ("an extra pair", with(&[action, version, ("Extra", "1")])),
            (
                "an extra pair of AWS",
                with(&[action, version, ("X-Amz-Extra", "1")]),
            ),
            (
                "action in lower case beside it",
                with(&[action, version, ("action", "AssumeRole")]),
            ),
            ("action twice", with(&[action, version, action])),
            ("another action", with(&[("Action", "AssumeRole"), version])),
            ("no action", with(&[version])),
            ("no version", with(&[action])),
            (
                "another version",
                with(&[action, ("Version", "2012-01-01")]),
            ),
            (
                "an extra pair that is not signed",
                line.recipe(&keys).url() + "&Extra=1",
            ),
            ("a fragment", line.recipe(&keys).url() + "#x"),
            ("a space", line.recipe(&keys).url() + " "),
        ],
    );
}

#[test]
fn refuses_another_scope_or_signature_without_asking_sts() {
    let line = Line::new("scope");
    let keys = line.sts.add_user("alice");
    let session = line.sts.add_assumed_role("dev", "alice");
    let good = || line.recipe(&keys);
    let changed = |from: &str, to: &str| {
        let url = good().url();
        assert!(url.contains(from), "{from}");
        url.replacen(from, to, 1)
    };
    let until = |end: &str| good().url().split(end).next().unwrap().to_owned();
    expect_malformed(
        &line,
        &[
            (
                "another algorithm",
                changed("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
            ),
            ("another service", good().service("s3").url()),
            (
                "the region of another host",
                good().region("eu-west-1").url(),
            ),
            ("a lasting expiry", good().expires("901").url()),
            ("an expiry with a sign", good().expires("+60").url()),
            ("no date", good().date("today").url()),
            ("escapes in lower case", changed("%2F", "%2f")),
            ("needless escapes", changed("Action=Get", "Action=%47et")),
            ("no signature", until("&X-Amz-Signature=")),
            (
                "an empty signature",
                until("&X-Amz-Signature=") + "&X-Amz-Signature=",
            ),
            (
                "a session without its token",
                line.recipe(&session.with_token_of(&keys)).url(),
            ),
            (
                "lasting keys with a token",
                line.recipe(&keys.with_token_of(&session)).url(),
            ),
        ],
    );
}

#[test]
fn refuses_a_token_without_the_signed_cluster_header_without_asking_sts() {
    let line = Line::new("header");
    let keys = line.sts.add_user("alice");
    let recipe = line.recipe(&keys).without_cluster();
    assert_eq!(
        denied("header_not_signed"),
        line.webhook.authenticate(&recipe.bearer()).refusal()
    );
    assert_eq!(Counts::default(), line.sts.counts());
}

#[test]
fn refuses_stale_and_future_tokens_without_asking_sts() {
    let line = Line::new("times");
    let keys = line.sts.add_user("alice");
    let now = line.sts.now();
    let times = [
        (-20 * 60, "expired"),
        (-15 * 60 - 5, "expired"),
        (5 * 60 + 30, "not_yet_valid"),
        (3600, "not_yet_valid"),
    ];
    for (seconds, word) in times {
        let recipe = line.recipe(&keys).signed_at(now, seconds);
        assert_eq!(
            denied(word),
            line.webhook.authenticate(&recipe.bearer()).refusal(),
            "{seconds} s"
        );
    }
    assert_eq!(Counts::default(), line.sts.counts());

    for seconds in [-14 * 60, 4 * 60] {
        let recipe = line.recipe(&keys).signed_at(now, seconds);
        assert_eq!(
            Some("alice"),
            line.webhook.authenticate(&recipe.bearer()).username(),
            "{seconds} s"
        );
    }
}

#[test]
fn refuses_a_replayed_token_once_it_has_expired_although_the_caller_was_known() {
    let line = Line::new("replay");
    let keys = line.sts.add_user("alice");
    let token = line
        .recipe(&keys)
        .signed_at(line.sts.now(), 3 - 15 * 60)
        .bearer();
    assert_eq!(Some("alice"), line.webhook.authenticate(&token).username());
    let expired = |webhook: &e2e::support::webhook::Webhook| {
        webhook.authenticate(&token).refusal() == denied("expired")
    };
    assert!(line.webhook.wait_until(Duration::from_secs(30), expired));
    assert_eq!(1, line.sts.counts().requests);
}

#[test]
fn lets_sts_refuse_what_only_sts_can_tell() {
    let line = Line::new("rejected");
    let keys = line.sts.add_user("alice");
    let session = line.sts.add_assumed_role("dev", "alice");
    let ended = line.sts.add_assumed_role("dev", "bob");
    line.sts.expire_session(&ended);
    let another_secret = keys.with_secret_of(&Keys::long_lived());
    let another_token = session.with_token_of(&ended);
    let cases = [
        (
            "another cluster",
            line.recipe(&session).cluster("production").bearer(),
        ),
        ("another secret", line.recipe(&another_secret).bearer()),
        (
            "another's session token",
            line.recipe(&another_token).bearer(),
        ),
        ("keys of nobody", line.recipe(&Keys::long_lived()).bearer()),
        ("an ended session", line.recipe(&ended).bearer()),
    ];
    for (asked, (name, token)) in (1..).zip(&cases) {
        assert_eq!(
            denied("rejected"),
            line.webhook.authenticate(token).refusal(),
            "{name}"
        );
        assert_eq!(asked, line.sts.counts().requests, "{name}");
    }
}

#[test]
fn denies_whom_no_mapping_names() {
    let line = Line::new("unmapped");
    assert_eq!(
        denied("not_mapped"),
        line.ask(&line.sts.add_user("mallory")).refusal()
    );
    assert_eq!(
        denied("not_mapped"),
        line.ask(&line.sts.add_root()).refusal()
    );
    assert_eq!(
        denied("not_mapped"),
        line.ask(&line.sts.add_federated_user("alice")).refusal()
    );
    assert_eq!(3, line.sts.counts().requests);
}
