use std::ffi::OsString;
use std::time::Duration;

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/dev";

fn parse(line: &str, variables: &AuthenticatorVariables) -> Result<Options, UsageError> {
    let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    Cli::from_arguments(&arguments)
        .unwrap()
        .into_options(variables)
}

fn options(line: &str) -> Options {
    parse(line, &AuthenticatorVariables::default()).unwrap()
}

fn mint(region: Option<&str>, profile: Option<&str>, output: OutputFormat) -> Options {
    Options::Mint(MintOptions {
        cluster: "c".parse().unwrap(),
        aws: AwsOptions {
            region: region.map(|text| text.parse().unwrap()),
            profile: profile.map(str::to_owned),
            role: None,
        },
        output,
        cache: CacheOptions::default(),
    })
}

fn role(session: &str) -> RoleOptions {
    RoleOptions {
        arn: ROLE.parse().unwrap(),
        session: Session::Named(session.parse().unwrap()),
        external_id: None,
        duration: None,
        mfa_serial: None,
    }
}

fn with_role(role: RoleOptions, cache: CacheOptions) -> Options {
    Options::Mint(MintOptions {
        cluster: "c".parse().unwrap(),
        aws: AwsOptions {
            role: Some(role),
            ..AwsOptions::default()
        },
        output: OutputFormat::Json,
        cache,
    })
}

#[test]
fn every_spelling_of_a_request_for_a_token_comes_to_the_same() {
    let west = Some("us-west-2");
    for (line, expected) in [
        (
            "token-exec --cluster-name c",
            mint(None, None, OutputFormat::Json),
        ),
        (
            "token-exec --cluster-id=c --output token",
            mint(None, None, OutputFormat::Token),
        ),
        (
            "token-exec --region us-west-2 eks get-token --cluster-name c --output json",
            mint(west, None, OutputFormat::Json),
        ),
        (
            "token-exec --output token --profile p eks get-token --cluster-id c",
            mint(None, Some("p"), OutputFormat::Token),
        ),
        (
            "token-exec --region eu-west-1 eks get-token --region us-west-2 --cluster-name c",
            mint(west, None, OutputFormat::Json),
        ),
        // As AWS's own guides write it.
        (
            "token-exec --region eu-west-1 eks --region us-west-2 --profile p --output token \
             get-token --cluster-name c",
            mint(west, Some("p"), OutputFormat::Token),
        ),
        (
            "token-exec --no-cli-pager --color off eks get-token --cluster-name c --no-paginate",
            mint(None, None, OutputFormat::Json),
        ),
        (
            "token-exec token -i c --region us-west-2",
            mint(west, None, OutputFormat::Json),
        ),
        (
            "token-exec token --cluster-id c --token-only --cache",
            mint(None, None, OutputFormat::Token),
        ),
        (
            "/bin/aws-iam-authenticator token -i c",
            mint(None, None, OutputFormat::Json),
        ),
        (
            "aws-iam-authenticator.exe --region us-west-2 -i c token --token-only",
            mint(west, None, OutputFormat::Token),
        ),
    ] {
        assert_eq!(options(line), expected, "{line}");
    }
}

#[test]
fn every_spelling_of_a_role_comes_to_the_same() {
    let plain = || with_role(role("EKSGetTokenAuth"), CacheOptions::default());
    let named = || with_role(role("me"), CacheOptions::default());
    for (line, expected) in [
        ("token-exec --cluster-name c --role-arn ROLE", plain()),
        ("token-exec --cluster-name c --role ROLE", plain()),
        (
            "token-exec eks get-token --cluster-name c --role=ROLE",
            plain(),
        ),
        ("aws-iam-authenticator token -i c -r ROLE", plain()),
        ("token-exec token -i c --role ROLE -s me", named()),
        (
            "token-exec --cluster-id c -r ROLE --session-name me",
            named(),
        ),
    ] {
        assert_eq!(options(&line.replace("ROLE", ROLE)), expected, "{line}");
    }
    let line = format!(
        "token-exec --cluster-name c -r {ROLE} --external-id e-1 --forward-session-name \
         --duration 900 --mfa-serial 123456789 --cache off --force-refresh --cache-dir d"
    );
    let everything = RoleOptions {
        arn: ROLE.parse().unwrap(),
        session: Session::Forwarded,
        external_id: Some("e-1".to_owned()),
        duration: Some(Duration::from_mins(15)),
        mfa_serial: Some("123456789".to_owned()),
    };
    let cache = CacheOptions {
        mode: CacheMode::Off,
        use_kept: UseKept::Never,
        directory: Some("d".into()),
    };
    assert_eq!(options(&line), with_role(everything, cache));
}

/// What a line comes to in which `''` stands for an empty value.
fn with_empty(line: &str) -> Result<Options, UsageError> {
    let words = line.split_whitespace();
    let words = words.map(|word| OsString::from(word.replace("''", "")));
    let cli = Cli::from_arguments(&words.collect::<Vec<_>>());
    let exported = AuthenticatorVariables {
        cluster_id: None,
        role: Some("arn:aws:iam::111122223333:role/x".to_owned()),
    };
    cli.map_err(|error| UsageError::from(&error))
        .and_then(|cli| cli.into_options(&exported))
}

#[test]
fn an_empty_value_is_left_out_where_the_tool_of_that_spelling_leaves_it_out() {
    for line in [
        "token-exec eks get-token --cluster-name c --profile ''",
        "token-exec --profile '' eks get-token --cluster-name c",
        "token-exec eks --profile='' get-token --cluster-name c",
        "token-exec token -i c -r ''",
        "aws-iam-authenticator --region '' token -i c --role= -e '' -s ''",
    ] {
        let nothing = mint(None, None, OutputFormat::Json);
        assert_eq!(with_empty(line), Ok(nothing), "{line}");
    }
}

#[test]
fn an_empty_value_is_refused_where_it_may_mean_somebody_else() {
    for (line, argument) in [
        ("token-exec --cluster-name c --profile ''", "--profile"),
        ("token-exec --cluster-name c --region=", "--region"),
        ("token-exec --cluster-name c --role-arn ''", "--role-arn"),
        ("token-exec --cluster-name c -e ''", "--external-id"),
        ("token-exec --cluster-name c -s ''", "--session-name"),
        ("token-exec --cluster-name c --duration ''", "--duration"),
        ("token-exec --cluster-name c --cache-dir ''", "--cache-dir"),
        ("token-exec --cluster-name ''", "--cluster-name"),
        ("token-exec whoami --profile ''", "--profile"),
        ("token-exec verify --cluster-id '' t", "--cluster-id"),
        (
            "token-exec --region '' eks get-token --cluster-name c",
            "--region",
        ),
        (
            "token-exec eks get-token --cluster-name c --role ''",
            "--role-arn",
        ),
        ("token-exec token -i c --profile ''", "--profile"),
        ("token-exec token -i ''", "--cluster-id"),
    ] {
        assert_eq!(
            with_empty(line),
            Err(UsageError::no_value(argument)),
            "{line}"
        );
    }
}

#[test]
fn what_is_exported_for_aws_iam_authenticator_counts_for_its_spelling_alone() {
    let exported = AuthenticatorVariables {
        cluster_id: Some("c".to_owned()),
        role: Some(ROLE.to_owned()),
    };
    let expected = Ok(with_role(role("EKSGetTokenAuth"), CacheOptions::default()));
    assert_eq!(parse("token-exec token", &exported), expected);
    let own = parse("token-exec --cluster-name c", &exported);
    assert_eq!(own, Ok(mint(None, None, OutputFormat::Json)));
    let other = AuthenticatorVariables {
        cluster_id: Some("x".to_owned()),
        role: Some("arn:aws:iam::111122223333:role/x".to_owned()),
    };
    let given = parse(&format!("token-exec token -i c -r {ROLE}"), &other);
    assert_eq!(given, expected);
}

#[test]
fn reports_read_stdin_without_a_token_or_with_a_dash() {
    let stdin = || {
        Options::Inspect(InspectOptions {
            token: None,
            output: ReportFormat::Text,
        })
    };
    assert_eq!(options("token-exec inspect"), stdin());
    assert_eq!(options("token-exec inspect -"), stdin());
    let verify = Options::Verify(VerifyOptions {
        cluster: "c".parse().unwrap(),
        token: None,
        output: ReportFormat::Json,
    });
    for line in [
        "token-exec verify --cluster-id c -o json -",
        "token-exec verify -i c --output json",
        "token-exec verify -o json --cluster-name arn:aws:eks:us-west-2:111122223333:cluster/c",
    ] {
        assert_eq!(options(line), verify, "{line}");
    }
    let Options::Inspect(given) = options("token-exec inspect k8s-aws-v1.x -o json") else {
        panic!("not an inspection");
    };
    assert_eq!(
        given.token.as_ref().map(GivenToken::expose),
        Some("k8s-aws-v1.x")
    );
    assert_eq!(given.output, ReportFormat::Json);
}

#[test]
fn whoami_takes_region_and_profile_on_either_side() {
    let aws = || AwsOptions {
        region: Some("us-west-2".parse().unwrap()),
        profile: Some("p".to_owned()),
        role: Some(role("EKSGetTokenAuth")),
    };
    for line in [
        "token-exec whoami --region us-west-2 --profile p -r ROLE",
        "token-exec --region us-west-2 --profile p whoami --role-arn ROLE",
    ] {
        let expected = Options::Whoami(WhoamiOptions {
            aws: aws(),
            output: ReportFormat::Text,
        });
        assert_eq!(options(&line.replace("ROLE", ROLE)), expected, "{line}");
    }
    let directory = Some("d".into());
    assert_eq!(
        options("token-exec clean --cache-dir d"),
        Options::Clean(CleanOptions { directory }),
    );
}
