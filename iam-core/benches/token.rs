//! What it costs to validate a token, less STS.

use std::hint::black_box;
use std::time::{Duration, UNIX_EPOCH};

use criterion::{Criterion, criterion_group, criterion_main};
use iam_core::partition::Partition;
use iam_core::presigned::{PresignedParts, PresignedRequest};
use iam_core::sts_host::{DualStack, Fips, StsHost, StsHosts};
use iam_core::token::Token;

fn request(access_key_id: &str, session_token: Option<&str>) -> PresignedRequest {
    let region = "us-west-2".parse().expect("a region");
    PresignedRequest::new(PresignedParts {
        host: StsHost::Regional {
            region,
            fips: Fips::No,
            dual_stack: DualStack::No,
        },
        access_key_id: access_key_id.parse().expect("a key id"),
        date: UNIX_EPOCH + Duration::from_secs(1_682_640_000),
        expires: 60,
        session_token: session_token.map(|text| text.parse().expect("a session token")),
        signature: "0123456789abcdef".repeat(4).parse().expect("a signature"),
    })
    .expect("a request")
}

fn benchmark(criterion: &mut Criterion) {
    let hosts = StsHosts::of(Partition::Aws, &[]);
    let now = UNIX_EPOCH + Duration::from_secs(1_682_640_060);
    // As in base64 of random bytes, 2 characters of 64 need an escape.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let session_token: String = alphabet.chars().cycle().step_by(5).take(1200).collect();
    for (name, request) in [
        ("permanent key", request("AKIAIOSFODNN7EXAMPLE", None)),
        (
            "1.2 KB session token",
            request("ASIAIOSFODNN7EXAMPLE", Some(&session_token)),
        ),
    ] {
        let token = Token::mint(&request);
        criterion.bench_function(
            &format!("parse, {name}, {} bytes", token.expose().len()),
            |bencher| {
                bencher.iter(|| {
                    let request = Token::parse(black_box(token.expose()), &hosts)?;
                    request.check_window(now).map(|()| request)
                });
            },
        );
        criterion.bench_function(&format!("mint, {name}"), |bencher| {
            bencher.iter(|| Token::mint(black_box(&request)));
        });
    }
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
