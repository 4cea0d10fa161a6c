//! The plain reading held against clap's.

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use proptest::sample::select;

use super::*;

fn arguments(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}

fn plain(program: Program, arguments: &[OsString]) -> Option<String> {
    read(program, arguments).map(|cli| format!("{cli:?}"))
}

fn by_clap(program: Program, arguments: &[OsString]) -> Option<String> {
    let mut whole = vec![OsString::from("program")];
    whole.extend_from_slice(arguments);
    program
        .parse_with_clap(&whole)
        .ok()
        .map(|cli| format!("{cli:?}"))
}

#[test]
fn reads_the_command_lines_of_kubeconfigs() {
    for line in [
        "--cluster-name prod",
        "--cluster-id prod --region us-west-2 --profile ops --output token",
        "--region=us-west-2 --cluster-name=prod --profile=a=b",
        "token -i prod --region=us-west-2 --cache=credentials",
        "--cluster-name arn:aws:eks:us-west-2:111122223333:cluster/prod",
        "--region us-west-2 eks get-token --cluster-name prod --output json",
        "--region us-west-2 --output json --profile p eks get-token --cluster-id prod",
        "eks get-token --region aws-global --cluster-name prod",
        "token -i prod",
        "--region us-west-2 token --cluster-id prod --token-only --profile p",
        "--cluster-name prod --role-arn arn:aws:iam::111122223333:role/dev --external-id e-1",
        "--cluster-name prod --role arn:aws:iam::111122223333:role/dev --session-name me",
        "--cluster-id prod -r arn:aws:iam::111122223333:role/dev --forward-session-name",
        "--cluster-id prod --duration 900 --mfa-serial arn:aws:iam::111122223333:mfa/me",
        "--cluster-name prod --cache credentials --force-refresh --cache-dir /var/cache/t",
        "--region us-west-2 --no-cli-pager eks get-token --cluster-name prod --output json \
         --role arn:aws:iam::111122223333:role/dev",
        "token -i prod -r arn:aws:iam::111122223333:role/dev -e e-1 -s me --cache",
        "token -i prod --role arn:aws:iam::111122223333:role/a/dev --forward-session-name",
    ] {
        let arguments = arguments(line);
        let plain = plain(Program::TokenExec, &arguments);
        assert!(plain.is_some(), "{line}");
        assert_eq!(plain, by_clap(Program::TokenExec, &arguments), "{line}");
    }
    let arguments = arguments("--region us-west-2 token -i prod");
    let plain = plain(Program::Authenticator, &arguments);
    assert!(plain.is_some());
    assert_eq!(plain, by_clap(Program::Authenticator, &arguments));
}

/// Words that mean something here, to clap, or to nobody.
const WORDS: &[&str] = &[
    "--cluster-name",
    "--cluster-id",
    "-i",
    "--region",
    "--profile",
    "--output",
    "--token-only",
    "-r",
    "arn:aws:iam::111122223333:role/dev",
    "-s",
    "--forward-session-name",
    "--cache",
    "eks",
    "get-token",
    "token",
    "json",
    "us-west-2",
    "--cache=off",
    "--token-only=",
    "help",
    "a=b \u{e9}",
    "-1",
    "--",
    "",
    "--region=us-west-2",
    "-v",
];

/// What already stands before the words that are tried out.
const BEGINNINGS: &[&str] = &[
    "",
    "--cluster-id c --output token",
    "eks get-token",
    "--profile p eks get-token --cluster-name c",
    "token",
    "--region us-west-2 token -i c",
    "token -i c -r arn:aws:iam::111122223333:role/dev",
    "--cluster-name c --role arn:aws:iam::111122223333:role/dev",
];

/// Calls `check` with every line of `beginning` and up to `more` words.
fn for_each_line(beginning: &mut Vec<OsString>, more: usize, check: &mut dyn FnMut(&[OsString])) {
    check(beginning);
    if more > 0 {
        for word in WORDS {
            beginning.push(word.into());
            for_each_line(beginning, more - 1, check);
            beginning.pop();
        }
    }
}

#[test]
fn every_short_line_that_it_accepts_clap_accepts_with_the_same_result() {
    for program in [Program::TokenExec, Program::Authenticator] {
        let mut accepted = 0;
        for beginning in BEGINNINGS {
            for_each_line(&mut arguments(beginning), 3, &mut |words| {
                if let Some(plain) = plain(program, words) {
                    assert_eq!(Some(plain), by_clap(program, words), "{words:?}");
                    accepted += 1;
                }
            });
        }
        assert!(accepted > 30, "{program:?}: {accepted}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_utf_8_is_left_to_clap() {
    use std::os::unix::ffi::OsStringExt as _;
    let odd = OsString::from_vec(b"\xff".to_vec());
    for line in ["--cluster-name", "--cluster-name c --profile", "token -i c"] {
        let mut words = arguments(line);
        words.push(odd.clone());
        assert_eq!(plain(Program::TokenExec, &words), None, "{line}");
    }
}

/// Whole options, and stray pieces of them; `|` stands between two arguments.
const PHRASES: &[&str] = &[
    "--cluster-name|prod",
    "--cluster-name|",
    "--cluster-name|arn:aws:s3:::bucket",
    "--cluster-id|prod",
    "-i|prod",
    "--region|us-west-2",
    "--region|eks",
    "--region|US",
    "--region=us-west-2",
    "--region=",
    "--cluster-name=prod",
    "--cluster-name=",
    "--profile=-x",
    "--role-arn=arn:aws:iam::111122223333:role/dev",
    "--token-only=true",
    "--force-refresh=",
    "-i=prod",
    "--output=json",
    "--profile|ops",
    "--profile|token",
    "--profile|-p",
    "--profile|a b",
    "--output|json",
    "--output|token",
    "--output|yaml",
    "--token-only",
    "eks",
    "eks|get-token",
    "get-token",
    "token",
    "inspect",
    "-",
    "--",
    "-v",
    "--help",
    "--role-arn|r",
    "--role-arn|arn:aws:iam::111122223333:role/dev",
    "--role|arn:aws:iam::111122223333:role/team/dev",
    "-r|arn:aws:sts::111122223333:assumed-role/dev/me",
    "-e|ab",
    "--external-id|a",
    "--external-id|a=b@c",
    "-s|me",
    "--session-name|m e",
    "--forward-session-name",
    "--duration|900",
    "--duration|899",
    "--mfa-serial|arn:aws:iam::111122223333:mfa/me",
    "--mfa-serial|1",
    "--cache",
    "--cache|token",
    "--cache|off",
    "--cache|true",
    "--cache=credentials",
    "--force-refresh",
    "--cache-dir|/d",
    "--cache-dir|.",
    "--no-cli-pager",
    "--color|off",
    "verify",
    "whoami",
    "clean",
];

/// What makes a command line whole.
const CORES: &[&str] = &[
    "--cluster-name|prod",
    "eks|get-token|--cluster-id|prod",
    "token|-i|prod",
    "-v",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn what_it_accepts_clap_accepts_with_the_same_result(
        program in select(&[Program::TokenExec, Program::Authenticator][..]),
        before in vec(select(PHRASES), 0..4),
        core in select(CORES),
        after in vec(select(PHRASES), 0..4),
    ) {
        let phrases = before.into_iter().chain([core]).chain(after);
        let words: Vec<OsString> =
            phrases.flat_map(|phrase| phrase.split('|')).map(OsString::from).collect();
        if let Some(plain) = plain(program, &words) {
            prop_assert_eq!(Some(plain), by_clap(program, &words));
        }
    }
}
