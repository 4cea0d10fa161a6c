//! Where a service is asked, and for which region that is signed, beside botocore.

use std::ffi::OsString;
use std::time::UNIX_EPOCH;

use e2e::support::peers::Peers;
use e2e::support::sandbox::Sandbox;
use iam_aws::environment::{Environment, Variables};
use iam_aws::fetch::{Context, MfaPrompt};
use iam_aws::settings::{Named, Settings};

/// Region, FIPS, dual-stack, URL, region of the signature.
type Host = (String, bool, bool, String, String);

/// URL, region of the signature.
type Place = (String, String);

/// Asserts that `place` is botocore's in every region, with and without FIPS and dual-stack.
pub(crate) fn assert_as_botocore(
    peers: &Peers,
    service: &str,
    place: impl Fn(&Context<'_>) -> Place,
) {
    let sandbox = Sandbox::new(&format!("{service} hosts"));
    let theirs = peers.script(&sandbox, "hosts.py").arg(service);
    let theirs: Vec<Host> = serde_json::from_value(theirs.succeed().json()).unwrap();
    let others: Vec<_> = theirs
        .iter()
        .filter(|(region, fips, dual_stack, url, signed)| {
            let environment = environment(&sandbox, region, *fips, *dual_stack);
            let settings = Settings::load(Named::default(), &environment).unwrap();
            let mfa = MfaPrompt::Unavailable {
                reason: "nobody is there",
            };
            let (our_url, our_signed) = place(&settings.context(mfa, || UNIX_EPOCH));
            (&our_url, &our_signed) != (url, signed)
        })
        .collect();
    assert!(others.is_empty(), "{others:#?}");
    // Every partition has at least one region.
    assert!(theirs.len() >= 8 * 4, "{}", theirs.len());
}

fn environment(sandbox: &Sandbox, region: &str, fips: bool, dual_stack: bool) -> Environment {
    Environment::read(&Variables(|name: &'static str| {
        let value = match name {
            "HOME" => return Some(sandbox.path().join("home").into_os_string()),
            "AWS_REGION" => region.to_owned(),
            "AWS_USE_FIPS_ENDPOINT" => fips.to_string(),
            "AWS_USE_DUALSTACK_ENDPOINT" => dual_stack.to_string(),
            _ => return None,
        };
        Some(OsString::from(value))
    }))
    .unwrap()
}
