//! The whole line: a token, an STS on loopback, a file of mappings, a user.

use std::path::Path;
use std::time::{Duration, SystemTime};

use iam_core::presigned::PresignedParts;

use super::*;
use crate::callers::CallerSettings;
use crate::config::{Config, Overrides};
use crate::ec2::{Instance, InstanceId, Pace};
use crate::mappings::{Document, Held, Loading};
use crate::metrics::Metrics;
use crate::refusal::RefusalClass;
use crate::test_sts::{TestSts, alice, hosts, identity, parts, token};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// A token signed with temporary credentials.
fn temporary() -> String {
    token(PresignedParts {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".parse().unwrap(),
        session_token: Some("session-token".parse().unwrap()),
        ..parts(now())
    })
}

fn session(session: &str) -> crate::test_sts::Reply {
    identity(
        "111122223333",
        &format!("arn:aws:sts::111122223333:assumed-role/Dev/{session}"),
        &format!("AROADEV:{session}"),
    )
}

/// An authenticator with what stands under `server` of a configuration.
fn authenticator(sts: &TestSts, server: &str) -> Authenticator {
    let text = format!("clusterID: test-cluster\nserver:\n{server}");
    let config = Config::parse(Path::new("config.yaml"), &text, &Overrides::default()).unwrap();
    let metrics = Arc::new(Metrics::new());
    let settings = CallerSettings::within(config.request_deadline(), config.cache_freshness());
    let callers =
        VerifiedCallers::new(hosts(), sts.client(), settings, Arc::clone(&metrics)).unwrap();
    let sources = Sources::open(&config, metrics).unwrap();
    let held = Held::AwsAuth(vec![Document::compile("config.yaml", config.inline())]);
    sources.hold(0, &held, Loading::Done);
    Authenticator::new(
        callers,
        Arc::new(sources),
        Scrub::new(config.scrubbed_accounts()),
        instances(),
    )
}

/// Knows one instance.
fn instances() -> Instances {
    let describe = |ids: &[InstanceId]| {
        let known = Instance {
            id: InstanceId::parse("i-0123456789abcdef0").unwrap(),
            owner: "111122223333".parse().unwrap(),
            private_dns_name: Some("ip-10-0-0-1".to_owned()),
            is_alive: true,
        };
        Ok(Vec::from_iter(ids.contains(&known.id).then_some(known)))
    };
    let metrics = Arc::new(Metrics::new());
    Instances::start(Box::new(describe), Pace::new(0, 1), metrics)
}

const DEV: &str = "  \
  mapRoles:
  - rolearn: arn:aws:iam::111122223333:role/team/Dev
    username: 'dev:{{SessionName}}'
    groups: [developers, 'account:{{AccountID}}']
";

#[tokio::test]
async fn a_user_has_name_uid_groups_and_extra() {
    let sts = TestSts::start([session("jane@corp")]).await;
    let granted = authenticator(&sts, DEV)
        .authenticate(&temporary(), now())
        .await
        .unwrap();
    let arn = "arn:aws:sts::111122223333:assumed-role/Dev/jane@corp";
    let expected = UserInfo {
        username: "dev:jane-corp",
        uid: "aws-iam-authenticator:111122223333:AROADEV",
        groups: &["developers".to_owned(), "account:111122223333".to_owned()],
        extra: vec![
            ("accessKeyId", "ASIAIOSFODNN7EXAMPLE"),
            ("arn", arn),
            ("canonicalArn", "arn:aws:iam::111122223333:role/Dev"),
            ("principalId", "AROADEV"),
            ("sessionName", "jane@corp"),
            ("sigs.k8s.io/aws-iam-authenticator/principalId", "AROADEV"),
        ],
    };
    assert_eq!(granted.user(), expected);
    let facts = granted.facts;
    assert_eq!(
        facts.canonical_arn(),
        Some("arn:aws:iam::111122223333:role/Dev")
    );
    assert_eq!(facts.arn(), Some(arn));
    assert_eq!(facts.account().as_str(), "111122223333");
    assert_eq!(facts.access_key_id(), Some("ASIAIOSFODNN7EXAMPLE"));
    assert_eq!(facts.session_name(), Some("jane@corp"));
    assert_eq!(
        facts.source().map(ToString::to_string).as_deref(),
        Some("MountedFile config.yaml mapRoles[0] line 4")
    );
    assert_eq!(facts.sts_host().name(), "sts.us-east-1.amazonaws.com");
    assert_eq!(
        (facts.from_cache(), facts.stale(), facts.scrubbed()),
        (false, false, false)
    );
}

#[tokio::test]
async fn a_mapped_account_gives_the_canonical_arn_and_no_groups() {
    let sts = TestSts::start([alice()]).await;
    let line = authenticator(&sts, "  mapAccounts: ['111122223333']\n");
    let granted = line
        .authenticate(&token(parts(now())), now())
        .await
        .unwrap();
    let user = granted.user();
    assert_eq!(user.username, "arn:aws:iam::111122223333:user/Alice");
    assert_eq!(user.groups, [""; 0]);
    assert_eq!(
        user.extra
            .iter()
            .find(|(key, _)| *key == "sessionName")
            .unwrap()
            .1,
        ""
    );
    assert_eq!(
        granted.facts.source().map(ToString::to_string).as_deref(),
        Some("MountedFile config.yaml mapAccounts[0] line 3")
    );
}

#[tokio::test]
async fn nothing_of_a_scrubbed_account_is_told() {
    let sts = TestSts::start([session("jane")]).await;
    let scrubbed = format!("  scrubbedAccounts: ['111122223333']\n{DEV}");
    let granted = authenticator(&sts, &scrubbed)
        .authenticate(&temporary(), now())
        .await
        .unwrap();
    let expected = UserInfo {
        username: "dev:jane",
        uid: "aws-iam-authenticator:administrative:dev:jane",
        groups: &["developers".to_owned(), "account:111122223333".to_owned()],
        extra: Vec::new(),
    };
    assert_eq!(granted.user(), expected);
    let facts = granted.facts;
    let told = [
        facts.canonical_arn(),
        facts.arn(),
        facts.access_key_id(),
        facts.session_name(),
    ];
    assert_eq!((told, facts.scrubbed()), ([None; 4], true));

    let unmapped = authenticator(&sts, "  scrubbedAccounts: ['111122223333']\n");
    let refusal = unmapped
        .authenticate(&temporary(), now())
        .await
        .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "no mapping for a principal of a scrubbed account"
    );
}

#[tokio::test]
async fn a_caller_without_a_usable_name_is_denied() {
    let role = "arn:aws:iam::111122223333:role/Dev";
    let entry = |username: &str, group: &str| {
        format!(
            "  mapRoles: [{{rolearn: '{role}', username: '{username}', groups: ['{group}']}}]\n"
        )
    };
    let reserved = "  reservedPrefixConfig:\n  - backendMode: MountedFile\n    \
                    usernamePrefixReserveList: ['ops:']\n";
    let table = [
        ("  mapRoles: []\n".to_owned(), "jane", "not_mapped"),
        (entry("system:anonymous", "g"), "jane", "not_mapped"),
        (
            entry("system:{{SessionName}}", "g"),
            "anonymous",
            "not_mapped",
        ),
        (
            entry("dev", "system:{{SessionName}}"),
            "unauthenticated",
            "not_mapped",
        ),
        (
            entry("{{SessionName}}:masters", "g"),
            "system",
            "reserved_name",
        ),
        (
            entry("dev", "{{SessionName}}:masters"),
            "system",
            "reserved_name",
        ),
        (
            entry("{{EC2PrivateDNSName}}", "g"),
            "i-0123456789abcdef1",
            "not_rendered",
        ),
        (
            format!("{reserved}{}", entry("ops:{{SessionName}}", "g")),
            "jane",
            "reserved_name",
        ),
    ];
    for (server, name, word) in table {
        let sts = TestSts::start([session(name)]).await;
        let refusal = authenticator(&sts, &server)
            .authenticate(&temporary(), now())
            .await;
        let refusal = refusal.expect_err(&server);
        assert_eq!(
            (refusal.word(), refusal.class()),
            (word, RefusalClass::Denied),
            "{server}"
        );
        let facts = refusal.facts().expect("STS vouched for him");
        assert_eq!(facts.canonical_arn(), Some(role));
    }
}

#[tokio::test]
async fn a_mapping_that_is_gone_ends_access_although_the_caller_is_known() {
    let sts = TestSts::start([session("jane")]).await;
    let line = authenticator(&sts, DEV);
    assert!(line.authenticate(&temporary(), now()).await.is_ok());
    let again = line.authenticate(&temporary(), now()).await.unwrap();
    assert!(again.facts.from_cache());
    line.sources
        .hold(0, &Held::AwsAuth(Vec::new()), Loading::Done);
    let refusal = line.authenticate(&temporary(), now()).await.unwrap_err();
    assert_eq!(refusal.word(), "not_mapped");
    assert_eq!(
        refusal.to_string(),
        "no mapping for arn:aws:iam::111122223333:role/Dev"
    );
    assert_eq!(sts.heads().len(), 1);
}

#[tokio::test]
async fn an_instance_is_named_by_ec2_in_username_and_groups() {
    let sts = TestSts::start([session("i-0123456789abcdef0")]).await;
    let server = "  mapRoles:\n  - rolearn: arn:aws:iam::111122223333:role/Dev\n    username: \
                  'system:node:{{EC2PrivateDNSName}}'\n    groups: ['{{EC2PrivateDNSName}}', \
                  'system:nodes']\n";
    let granted = authenticator(&sts, server)
        .authenticate(&temporary(), now())
        .await
        .unwrap();
    assert_eq!(granted.username, "system:node:ip-10-0-0-1");
    assert_eq!(granted.groups, ["ip-10-0-0-1", "system:nodes"]);
}
