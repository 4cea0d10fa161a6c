//! Tokens that must not let anyone in: those that break a rule cost no connection to STS; those
//! that only STS can tell apart cost one call.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::time::Duration;

use e2e::support::keys::Keys;
use e2e::support::line::Line;
use e2e::support::sts::{Counts, STS_HOST};
use e2e::support::token::{TokenRecipe, bearer_of};

/// The word of a denial, always as an answer with status 200.
fn denied(word: &str) -> (u16, &str) {
    (200, word)
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
        let recipe = TokenRecipe {
            host: host.to_owned(),
            ..line.recipe(&keys)
        };
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
    let session = line.sts.add_assumed_role("dev", "alice");
    let good = || line.recipe(&keys);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let with = |pairs: &[(String, String)]| {
        TokenRecipe {
            query: pairs.to_vec(),
            ..good()
        }
        .url()
    };
    let (action, version) = (
        pair("Action", "GetCallerIdentity"),
        pair("Version", "2011-06-15"),
    );
    let changed = |from: &str, to: &str| {
        let url = good().url();
        assert!(url.contains(from), "{from}");
        url.replacen(from, to, 1)
    };
    let mut tokenless = session.clone();
    tokenless.session_token = None;
    let mut with_token = keys.clone();
    with_token.session_token = Keys::of_session().session_token;
    let urls = [
        (
            "an extra pair",
            with(&[action.clone(), version.clone(), pair("Extra", "1")]),
        ),
        (
            "an extra signature pair",
            with(&[action.clone(), version.clone(), pair("X-Amz-Extra", "1")]),
        ),
        (
            "an unsigned extra pair",
            format!("{}&Extra=1", good().url()),
        ),
        (
            "another action",
            with(&[pair("Action", "AssumeRole"), version.clone()]),
        ),
        (
            "action in lower case beside it",
            with(&[action.clone(), version.clone(), pair("action", "x")]),
        ),
        (
            "action twice",
            with(&[action.clone(), version.clone(), action.clone()]),
        ),
        ("no action", with(std::slice::from_ref(&version))),
        ("no version", with(std::slice::from_ref(&action))),
        (
            "another version",
            with(&[action, pair("Version", "2012-01-01")]),
        ),
        (
            "another algorithm",
            changed("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        ),
        (
            "another service",
            TokenRecipe {
                service: "s3".to_owned(),
                ..good()
            }
            .url(),
        ),
        (
            "the region of another host",
            TokenRecipe {
                region: "eu-west-1".to_owned(),
                ..good()
            }
            .url(),
        ),
        (
            "a lasting expiry",
            TokenRecipe {
                expires: "901".to_owned(),
                ..good()
            }
            .url(),
        ),
        (
            "no number as expiry",
            TokenRecipe {
                expires: "+60".to_owned(),
                ..good()
            }
            .url(),
        ),
        (
            "no date",
            TokenRecipe {
                date: "today".to_owned(),
                ..good()
            }
            .url(),
        ),
        ("escapes in lower case", changed("%2F", "%2f")),
        ("needless escapes", changed("Action=Get", "Action=%47et")),
        ("a fragment", format!("{}#x", good().url())),
        ("a space", format!("{} ", good().url())),
        (
            "no signature",
            good()
                .url()
                .split("&X-Amz-Signature=")
                .next()
                .unwrap()
                .to_owned(),
        ),
        ("half a signature", {
            let url = good().url();
            url[..url.len() - 32].to_owned()
        }),
        ("a session without its token", line.recipe(&tokenless).url()),
        ("lasting keys with a token", line.recipe(&with_token).url()),
    ];
    for (name, url) in urls {
        assert_eq!(
            denied("malformed"),
            line.webhook.authenticate(&bearer_of(&url)).refusal(),
            "{name}"
        );
    }
    assert_eq!(Counts::default(), line.sts.counts());
}

#[test]
fn refuses_a_token_without_the_signed_cluster_header_without_asking_sts() {
    let line = Line::new("header");
    let keys = line.sts.add_user("alice");
    let recipe = TokenRecipe {
        cluster_id: None,
        ..line.recipe(&keys)
    };
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
    let mut other_secret = keys.clone();
    other_secret.secret_access_key = Keys::long_lived().secret_access_key;
    let ended = line.sts.add_assumed_role("dev", "bob");
    line.sts.expire_session(&ended);
    let cases = [
        (
            "another cluster",
            TokenRecipe {
                cluster_id: Some("production".to_owned()),
                ..line.recipe(&session)
            },
        ),
        ("another secret", line.recipe(&other_secret)),
        ("unknown keys", line.recipe(&Keys::long_lived())),
        ("an ended session", line.recipe(&ended)),
    ]
    .map(|(name, recipe)| (name, recipe.bearer()));
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
