//! `Display` and `FromStr`, mint and parse, are inverses.

use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use iam_core::account::AccountId;
use iam_core::arn::Arn;
use iam_core::cluster::{ClusterArn, ClusterId};
use iam_core::credentials::AccessKeyId;
use iam_core::exec_api::{ExecApiVersion, ExecInfo};
use iam_core::inspect::inspect;
use iam_core::partition::Partition;
use iam_core::presigned::{PresignedParts, PresignedRequest};
use iam_core::principal::{Principal, PrincipalKey, RoleArn, UserArn};
use iam_core::region::Region;
use iam_core::sts_host::{DualStack, Fips, StsHost, StsHosts};
use iam_core::time::{AmzDate, Rfc3339};
use iam_core::token::Token;
use proptest::prelude::{
    Just, Strategy, any, prop_assert, prop_assert_eq, prop_assume, prop_oneof, proptest,
};
use proptest::sample::select;
use proptest::string::string_regex;

const PARTITION: &str = "(aws|aws-cn|aws-us-gov|aws-iso|aws-iso-b|aws-iso-e|aws-iso-f|aws-eusc)";
const NAME: &str = "[A-Za-z0-9_+=,.@-]{2,32}";
const PATH: &str = "([!-.0-~]{1,9}/){0,3}";

/// The text is read, and written again letter by letter.
fn comes_back<T: FromStr<Err: Debug> + Display + PartialEq + Debug>(text: &str) {
    let value = T::from_str(text).expect("it can be read");
    assert_eq!(value.to_string(), text);
    assert_eq!(
        T::from_str(&value.to_string()).expect("it can be read again"),
        value
    );
}

/// The text may be refused, but if it is read it is written again letter by letter.
fn comes_back_if_read<T: FromStr + Display>(text: &str) {
    if let Ok(value) = T::from_str(text) {
        assert_eq!(value.to_string(), text);
    }
}

fn principal_arn() -> impl Strategy<Value = String> {
    let resources = [
        format!("iam::[0-9]{{12}}:user/{PATH}{NAME}"),
        format!("iam::[0-9]{{12}}:role/{PATH}{NAME}"),
        format!("sts::[0-9]{{12}}:assumed-role/{NAME}/{NAME}"),
        format!("sts::[0-9]{{12}}:federated-user/{NAME}"),
        "iam::[0-9]{12}:root".to_owned(),
        "sts::[0-9]{12}:assumed-role/aws:ec2-instance/i-([0-9a-f]{8}|[0-9a-f]{17})".to_owned(),
    ];
    string_regex(&format!("arn:{PARTITION}:({})", resources.join("|")))
        .expect("a regular expression")
}

fn listed_region() -> impl Strategy<Value = Region> {
    let names: Vec<&str> = Partition::ALL
        .iter()
        .flat_map(|partition| partition.regions())
        .copied()
        .collect();
    select(names).prop_map(|name| name.parse().expect("a region"))
}

fn sts_host() -> impl Strategy<Value = StsHost> {
    let fips = select(vec![Fips::No, Fips::Yes]);
    let dual_stack = select(vec![DualStack::No, DualStack::Yes]);
    let regional = (listed_region(), fips, dual_stack).prop_map(|(region, fips, dual_stack)| {
        StsHost::Regional {
            region,
            fips,
            dual_stack,
        }
    });
    prop_oneof![1 => Just(StsHost::Global), 9 => regional]
}

fn second() -> impl Strategy<Value = SystemTime> {
    (0..253_402_207_200_u64).prop_map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
}

fn request() -> impl Strategy<Value = PresignedRequest> {
    let keys = prop_oneof![
        ("AKIA[A-Z0-9]{12,40}", Just(None)),
        ("ASIA[A-Z0-9]{12,124}", "[!-~]{1,2000}".prop_map(Some)),
    ];
    (sts_host(), keys, second(), 0..=900_u16, "[0-9a-f]{64}").prop_map(
        |(host, (key, session_token), date, expires, signature)| {
            PresignedRequest::new(PresignedParts {
                host,
                access_key_id: key.parse().expect("a key id"),
                date,
                expires,
                session_token: session_token.map(|text| text.parse().expect("a session token")),
                signature: signature.parse().expect("a signature"),
            })
            .expect("parts that belong together")
        },
    )
}

#[test]
fn partitions() {
    for partition in Partition::ALL {
        comes_back::<Partition>(partition.id());
    }
}

proptest! {
    #[test]
    fn small_names(
        account in "[0-9]{12}",
        region in "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?",
        cluster in "[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}",
        key in "A(KIA|SIA)[A-Z0-9]{12,124}",
    ) {
        comes_back::<AccountId>(&account);
        comes_back::<Region>(&region);
        comes_back::<ClusterId>(&cluster);
        comes_back::<AccessKeyId>(&key);
    }

    #[test]
    fn arns(partition in PARTITION, rest in "[a-z0-9-]{1,9}:[a-z0-9-]{0,9}:[0-9]{0,12}:[!-~]{1,40}") {
        comes_back::<Arn>(&format!("arn:{partition}:{rest}"));
    }

    #[test]
    fn cluster_arns(region in listed_region(), account in "[0-9]{12}", name in "[A-Za-z0-9][A-Za-z0-9_-]{0,99}") {
        comes_back::<ClusterArn>(&format!("arn:{}:eks:{region}:{account}:cluster/{name}", region.partition()));
    }

    #[test]
    fn principals(arn in principal_arn()) {
        comes_back::<Principal>(&arn);
        comes_back_if_read::<RoleArn>(&arn);
        comes_back_if_read::<UserArn>(&arn);
        let principal: Principal = arn.parse().unwrap();
        prop_assert_eq!(PrincipalKey::of_mapped_arn(&principal.canonical_arn()), Ok(principal.key()));
        prop_assert_eq!(principal.key().to_string(), principal.canonical_arn().to_ascii_lowercase());
    }

    #[test]
    fn case_and_role_paths_do_not_change_a_key(arn in principal_arn(), upper in any::<bool>()) {
        if let Ok(key) = PrincipalKey::of_mapped_arn(&arn) {
            let other = if upper { arn.to_ascii_uppercase() } else { arn.to_ascii_lowercase() };
            prop_assert_eq!(PrincipalKey::of_mapped_arn(&other), Ok(key.clone()));
            if let Ok(role) = arn.parse::<RoleArn>() {
                let plain = format!("arn:{}:iam::{}:role/{}", role.partition(), role.account(), role.name());
                prop_assert_eq!(PrincipalKey::of_role_arn(&plain), Ok(key));
            }
        }
    }

    #[test]
    fn hosts_are_found_by_their_names(host in sts_host()) {
        let hosts = StsHosts::of(host.partition(), &[]);
        let listed = hosts.get(&host.name()).unwrap();
        prop_assert_eq!(listed.signing_region(), host.signing_region());
        prop_assert_eq!(listed.partition(), host.partition());
        prop_assert_eq!(listed.name() == "sts.amazonaws.com", host == StsHost::Global);
    }

    #[test]
    fn instants(instant in second(), nanos in 0..1_000_000_000_u32) {
        let amz = AmzDate::new(instant + Duration::from_nanos(nanos.into())).unwrap();
        let rfc = Rfc3339::new(instant + Duration::from_nanos(nanos.into())).unwrap();
        prop_assert_eq!((amz.instant(), rfc.instant()), (instant, instant));
        comes_back::<AmzDate>(&amz.to_string());
        comes_back::<Rfc3339>(&rfc.to_string());
    }

    #[test]
    fn requests_and_tokens(request in request()) {
        let hosts = StsHosts::of(request.host().partition(), &[]);
        let token = Token::mint(&request);
        prop_assert_eq!(Token::parse(token.expose(), &hosts), Ok(request.clone()));
        prop_assert_eq!(PresignedRequest::parse(&request.url(), &hosts), Ok(request.clone()));
        prop_assert_eq!(inspect(token.expose(), request.date().instant()).faults, []);
        prop_assert!(request.url().ends_with(&request.path_and_query()));
    }

    #[test]
    fn one_changed_byte_never_gives_the_same_request(
        request in request(),
        position in any::<proptest::sample::Index>(),
        byte in 0x21..0x7f_u8,
    ) {
        let hosts = StsHosts::of_every_partition();
        let mut token = Token::mint(&request).expose().as_bytes().to_vec();
        let position = position.index(token.len());
        prop_assume!(token[position] != byte);
        token[position] = byte;
        let token = String::from_utf8(token).unwrap();
        prop_assert!(Token::parse(&token, &hosts).as_ref() != Ok(&request));
    }

    #[test]
    fn inspect_finds_a_fault_exactly_where_parse_does(token in "k8s-aws-v1[.]([A-Za-z0-9_-]{0,40}|[!-~]{0,40})") {
        let hosts = StsHosts::of_every_partition();
        let faults = inspect(&token, UNIX_EPOCH).faults;
        prop_assert_eq!(Token::parse(&token, &hosts).err(), faults.first().cloned());
    }

    #[test]
    fn exec_info_is_read_whatever_else_it_holds(
        version in select(ExecApiVersion::ALL.to_vec()),
        interactive in any::<bool>(),
        server in "[!#-\\[\\]-~]{0,20}",
    ) {
        let text = format!(
            r#"{{"spec":{{"cluster":{{"server":"{server}"}},"interactive":{interactive}}},"apiVersion":"{version}"}}"#
        );
        prop_assert_eq!(ExecInfo::parse(Some(&text)), Ok(ExecInfo { api_version: version, interactive }));
    }
}
