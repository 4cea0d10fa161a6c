//! The SigV4 of the local STS, proven on the suite that AWS publishes and ships inside the
//! aws-sigv4 crate: forwards (what must be computed) and backwards (what must be refused).

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a vector that is not as expected fails the test"
)]

mod changes;
mod suite;

use std::collections::BTreeSet;

use e2e::support::sigv4::{Form, Options, PathEncoding, Refusal, Request, canonical_request};

use changes::one_bit_changes;
use suite::{directory, each_vector, read};

#[test]
fn computes_every_vector_of_the_header_form() {
    let seen = each_vector(|vector| {
        let (signed, steps) = vector
            .signer()
            .sign_in_steps(vector.request_with_body_hash());
        vector.compare("header", &steps);
        // Some targets of the suite are spelt differently before and after; headers are not.
        let given = vector.request("header-signed-request.txt");
        assert_eq!(
            sorted_headers(&given),
            sorted_headers(&signed),
            "{}",
            vector.name
        );
    });
    assert_eq!(38, seen);
}

#[test]
fn computes_every_vector_of_the_query_form() {
    let seen = each_vector(|vector| {
        let expires = vector.context["expiration_in_seconds"].to_string();
        let (signed, steps) = vector
            .signer()
            .presign_in_steps(vector.request("request.txt"), &expires);
        vector.compare("query", &steps);
        let given = vector.request("query-signed-request.txt");
        assert_eq!(query_set(&given), query_set(&signed), "{}", vector.name);
    });
    assert_eq!(38, seen);
}

/// Two directories of the suite hold a path that is encoded twice, without keys to sign with.
#[test]
fn encodes_a_path_twice_where_a_service_wants_it() {
    let once = Options::default();
    let twice = Options {
        encoding: PathEncoding::Twice,
        ..once
    };
    for name in ["double-encode-path", "double-url-encode"] {
        let directory = directory().join(name);
        let request = read(&directory.join("request.txt"));
        let request = Request::parse(&request).unwrap_or_else(|| panic!("{name}: {request}"));
        let expected = read(&directory.join("header-canonical-request.txt"));
        let path = |options| {
            let text = canonical_request(&request, Form::Header, &[], options);
            text.lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(expected.lines().nth(1).unwrap(), path(twice), "{name}");
        assert_ne!(path(twice), path(once), "{name}");
    }
}

#[test]
fn accepts_every_signed_request_of_both_forms() {
    let mut accepted = 0;
    each_vector(|vector| {
        for form in ["header", "query"] {
            let request = vector.request(&format!("{form}-signed-request.txt"));
            let claim = vector
                .verify(&request)
                .unwrap_or_else(|refusal| panic!("{}: {refusal}", vector.name));
            assert_eq!(
                vector.keys.access_key_id, claim.access_key_id,
                "{}",
                vector.name
            );
            accepted += 1;
        }
    });
    assert_eq!(76, accepted);
}

#[test]
fn refuses_every_signed_request_with_one_bit_changed() {
    let mut refused = 0;
    each_vector(|vector| {
        for form in ["header", "query"] {
            let request = vector.request(&format!("{form}-signed-request.txt"));
            for changed in one_bit_changes(&vector, &request) {
                let verdict = vector.verify(&changed);
                assert!(
                    verdict.is_err(),
                    "{} {form}: accepted\n{changed:?}",
                    vector.name
                );
                refused += 1;
            }
        }
    });
    assert!(refused >= 10_000, "only {refused} changes were tried");
}

#[test]
fn refuses_a_request_whose_signed_header_is_missing_renamed_or_not_signed() {
    each_vector(|vector| {
        let request = vector.request("header-signed-request.txt");
        let mut without_host = request.clone();
        without_host
            .headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
        assert_eq!(
            Err(Refusal::Header("host".to_owned())),
            vector.verify(&without_host)
        );

        let mut unsigned_host = request;
        let authorization = unsigned_host.headers.last_mut().unwrap();
        authorization.1 = authorization.1.replace("host;", "").replace(";host", "");
        assert_eq!(
            Err(Refusal::Header("host".to_owned())),
            vector.verify(&unsigned_host)
        );
    });
}

/// The suite adds headers in an order of its own.
fn sorted_headers(request: &Request) -> Vec<(String, String)> {
    let headers = request.headers.iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .collect();
    headers.sort();
    headers
}

fn query_set(request: &Request) -> BTreeSet<(String, String)> {
    request.query().into_iter().collect()
}
