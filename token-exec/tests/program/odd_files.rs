//! Shared AWS files as people write them: what the AWS CLI reads in them is read, and what it
//! refuses or reads otherwise is known.
//!
//! Every row was run through botocore 1.43.11 on the same files.

use iam_aws::credentials::Credentials;
use iam_core::presigned::PresignedRequest;
use iam_core::sts_host::{StsHost, StsHosts};
use iam_core::token::Token;
use token_exec::sign::presign;

use crate::support::{KEY, SECRET, Sandbox};

/// A second pair of keys, and another region.
const OTHER_KEY: &str = "AKIAI44QH8DHBEXAMPLE";
const OTHER_SECRET: &str = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";

/// Which pair of keys must have signed.
#[derive(Clone, Copy, Debug)]
enum Pair {
    First,
    Second,
}

use Pair::{First, Second};

/// The credentials file, the config file, the profile (`AWS_PROFILE`), and who signs for where.
type Row = (&'static str, &'static str, &'static str, Pair, &'static str);

/// Replaces `KEYS`, `OTHERS` and single `ID`, `SECRET`.
fn filled(text: &str) -> String {
    let pair = |id: &str, secret: &str| {
        format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
    };
    text.replace("KEYS\n", &pair(KEY, SECRET))
        .replace("OTHERS\n", &pair(OTHER_KEY, OTHER_SECRET))
        .replace("<ID>", KEY)
        .replace("<SECRET>", SECRET)
}

fn expected(like: &PresignedRequest, pair: Pair, region: &str) -> PresignedRequest {
    let (id, secret) = match pair {
        First => (KEY, SECRET),
        Second => (OTHER_KEY, OTHER_SECRET),
    };
    let credentials = Credentials {
        access_key_id: id.parse().unwrap(),
        secret_access_key: secret.parse().unwrap(),
        session_token: None,
        expiry: None,
    };
    let host = StsHost::Regional {
        region: region.parse().unwrap(),
        fips: Default::default(),
        dual_stack: Default::default(),
    };
    presign(
        &credentials,
        host,
        &"c".parse().unwrap(),
        like.date().instant(),
    )
    .unwrap()
}

fn assert_signs(&(credentials, config, profile, pair, region): &Row) {
    let sandbox = Sandbox::empty()
        .file("credentials", filled(credentials))
        .file("config", filled(config))
        .set("AWS_PROFILE", profile);
    let outcome = sandbox.run("--cluster-id c --output token");
    let what = format!("{credentials:?} {config:?}");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{what}");
    let token = outcome.stdout.trim_end_matches('\n');
    let request = Token::parse(token, &StsHosts::of_every_partition()).unwrap();
    assert_eq!(request, expected(&request, pair, region), "{what}");
}

const WEST: &str = "us-west-2";

/// As the AWS CLI reads them.
const AS_THE_CLI: &[Row] = &[
    // Which file, which section.
    (
        "[default]\nKEYS\n",
        "[default]\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    ("", "[default]\nKEYS\nregion = us-west-2\n", "", First, WEST),
    (
        "[default]\nKEYS\n",
        "[default]\nOTHERS\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\nKEYS\nregion = us-west-2\n",
        "[default]\nregion = eu-west-1\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\nKEYS\n",
        "[profile default]\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[x]\nKEYS\n[default]\nOTHERS\n",
        "[profile x]\nregion = us-west-2\n",
        "x",
        First,
        WEST,
    ),
    (
        "[profile x]\nOTHERS\n[x]\nKEYS\n",
        "[profile x]\nregion = us-west-2\n",
        "x",
        First,
        WEST,
    ),
    (
        "[x]\nKEYS\n",
        "[x]\nregion = eu-west-1\n[profile x]\nregion = us-west-2\n",
        "x",
        First,
        WEST,
    ),
    (
        "[x]\nKEYS\n[X]\nOTHERS\n",
        "[profile x]\nregion = us-west-2\n",
        "x",
        First,
        WEST,
    ),
    (
        "[x]\nKEYS\n",
        "[profile \t x]\nregion = us-west-2\n",
        "x",
        First,
        WEST,
    ),
    (
        "[a.b-c_d@e/f+g%h:i]\nKEYS\n",
        "[profile a.b-c_d@e/f+g%h:i]\nregion = us-west-2\n",
        "a.b-c_d@e/f+g%h:i",
        First,
        WEST,
    ),
    (
        "[x]\nKEYS\n",
        "[profile \"x\"]\nregion = us-west-2\n[profile 'y']\nregion = eu-west-1\n",
        "x",
        First,
        WEST,
    ),
    // Comments and blank lines.
    (
        "# x\n\n[default]\n; y\nKEYS\n",
        "[default] # x\n\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\n  # x\n\t; y\nKEYS\n",
        "  # x\n[default]\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\n# \u{fc}n\u{ef}c\u{f6}d\u{e9} \u{2603}\nKEYS\n",
        "[default]\nregion=us-west-2",
        "",
        First,
        WEST,
    ),
    // Spaces.
    (
        "[default]\naws_access_key_id=<ID>\naws_secret_access_key\t=\t<SECRET>  \n",
        "[default]\nregion=us-west-2\t\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\r\naws_access_key_id = <ID>\r\naws_secret_access_key = <SECRET>\r\n",
        "[default]\r\nregion = us-west-2\r\n",
        "",
        First,
        WEST,
    ),
    (
        "  [default]\n  aws_access_key_id = <ID>\n  aws_secret_access_key = <SECRET>\n",
        "[default]\n\tregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    // Names of keys.
    (
        "[default]\nAWS_ACCESS_KEY_ID = <ID>\nAws_Secret_Access_Key = <SECRET>\n",
        "[default]\nREGION = us-west-2\n",
        "",
        First,
        WEST,
    ),
    // Nested settings and continued values.
    (
        "[default]\nKEYS\n",
        "[default]\ns3 =\n  region = eu-west-1\n\n  max = 3\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\nKEYS\n",
        "[default]\nregion = us-west-2\ns3 =\n  # x\n  region = eu-west-1\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\nKEYS\n",
        "[default]\n  s3 =\n    region = eu-west-1\n  region = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\ns3 =\n  aws_access_key_id = x\nKEYS\n",
        "[default]\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\nKEYS\n",
        "[default]\nx = a\n  b\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\nKEYS\n",
        "[default]\nx = %(y)s %\nmy key = z\na:b = c\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    // Sections that are no profiles.
    (
        "[default]\nKEYS\n",
        "[sso-session x]\nregion = eu-west-1\n[services y]\nsts =\n  endpoint_url = \
      http://127.0.0.1:1\n[default]\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    // Settings that are no source of credentials by themselves.
    (
        "[default]\nKEYS\n",
        "[default]\nregion = us-west-2\nsource_profile = x\ncredential_process = /bin/x\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\nKEYS\naws_session_token =\n",
        "[default]\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
];

#[test]
fn what_the_aws_cli_reads_is_read_alike() {
    for row in AS_THE_CLI {
        assert_signs(row);
    }
}

/// Read, as the other AWS SDKs do, where the AWS CLI refuses the file, the value or the name.
const BEYOND_THE_CLI: &[Row] = &[
    // The same section or key again: the last wins.
    (
        "[default]\nOTHERS\n[default]\nKEYS\n",
        "[default]\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\nKEYS\n",
        "[default]\nregion = eu-west-1\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "\u{feff}[default]\nKEYS\n",
        "\u{feff}[default]\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[ default ]\nKEYS\n",
        "[ default ]\nregion = us-west-2 # x\n",
        "",
        First,
        WEST,
    ),
    (
        "[]\nx = y\n[default]\nKEYS\n",
        "[default]\nregion = us-west-2 ; x\n",
        "",
        First,
        WEST,
    ),
    // A blank value is none.
    (
        "[default]\nKEYS\nregion =\n",
        "[default]\nrole_arn =\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
    (
        "[default]\naws_access_key_id =\naws_secret_access_key =\n",
        "[default]\nKEYS\nregion = us-west-2\n",
        "",
        First,
        WEST,
    ),
];

#[test]
fn what_the_aws_cli_refuses_and_its_siblings_read_is_read() {
    for row in BEYOND_THE_CLI {
        assert_signs(row);
    }
}

#[test]
fn where_default_stands_twice_the_one_with_the_word_profile_wins() {
    // So do the SDKs of other languages; for the AWS CLI the last wins.
    let row = (
        "",
        "[profile default]\nKEYS\nregion = us-west-2\n[default]\nOTHERS\nregion = eu-west-1\n",
        "",
        First,
        WEST,
    );
    assert_signs(&row);
    assert_signs(&("[default]\nOTHERS\n", row.1, "", Second, WEST));
}
