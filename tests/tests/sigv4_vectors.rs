//! The SigV4 of the local STS, proven on the suite that AWS publishes and ships inside the
//! aws-sigv4 crate: forwards (what must be computed) and backwards (what must be refused).

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a vector that is not as expected fails the test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::support::keys::Keys;
use e2e::support::sigv4::{
    Options, PathEncoding, PathForm, Refusal, Request, Scope, SessionTokenRule, Signer, Steps,
    canonical_request, sha256_hex, verify,
};
use serde_json::Value;

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
        let directory = suite().join(name);
        let request = read(&directory.join("request.txt"));
        let request = Request::parse(&request).unwrap_or_else(|| panic!("{name}: {request}"));
        let expected = read(&directory.join("header-canonical-request.txt"));
        let path = |options| {
            let text = canonical_request(&request, e2e::support::sigv4::Form::Header, &[], options);
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

/// One case of the suite.
struct Vector {
    name: String,
    directory: PathBuf,
    context: Value,
    keys: Keys,
    options: Options,
}

impl Vector {
    fn load(directory: PathBuf) -> Option<Self> {
        let context: Value =
            serde_json::from_str(&fs::read_to_string(directory.join("context.json")).ok()?)
                .unwrap();
        let credential = |name: &str| context["credentials"][name].as_str().map(str::to_owned);
        let keys = Keys {
            access_key_id: credential("access_key_id").unwrap(),
            secret_access_key: credential("secret_access_key").unwrap(),
            session_token: credential("token"),
        };
        let normalize = context["normalize"].as_bool().unwrap();
        let token_omitted = context["omit_session_token"].as_bool().unwrap_or(false);
        let options = Options {
            path: if normalize {
                PathForm::Normalized
            } else {
                PathForm::AsSent
            },
            encoding: PathEncoding::Once,
            session_token: match token_omitted {
                true => SessionTokenRule::AddedAfterwards,
                false => SessionTokenRule::Signed,
            },
        };
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        Some(Self {
            name,
            directory,
            context,
            keys,
            options,
        })
    }

    fn signer(&self) -> Signer<'_> {
        let text = |name: &str| self.context[name].as_str().unwrap().to_owned();
        let date = text("timestamp").replace(['-', ':'], "");
        let scope = Scope {
            day: date[..8].to_owned(),
            region: text("region"),
            service: text("service"),
        };
        Signer {
            keys: &self.keys,
            scope,
            date,
            options: self.options,
        }
    }

    fn request(&self, file: &str) -> Request {
        let text = self.text(file);
        Request::parse(&text).unwrap_or_else(|| panic!("{}: {file}: {text}", self.name))
    }

    /// The request with the header that a signer of bodies adds to it.
    fn request_with_body_hash(&self) -> Request {
        let mut request = self.request("request.txt");
        if self.context["sign_body"].as_bool().unwrap() {
            let hash = sha256_hex(&request.body);
            request.push_header("x-amz-content-sha256", &hash);
        }
        request
    }

    /// In the order in which they depend on one another, so that the first difference is the fault.
    fn compare(&self, form: &str, steps: &Steps) {
        let expected = |file: &str| self.text(&format!("{form}-{file}.txt"));
        assert_eq!(
            expected("canonical-request"),
            steps.canonical_request,
            "{}",
            self.name
        );
        assert_eq!(
            expected("string-to-sign"),
            steps.string_to_sign,
            "{}",
            self.name
        );
        assert_eq!(expected("signature"), steps.signature, "{}", self.name);
    }

    fn verify(&self, request: &Request) -> Result<e2e::support::sigv4::Claim, Refusal> {
        let known =
            |id: &str| (id == self.keys.access_key_id).then(|| self.keys.secret_access_key.clone());
        verify(request, known, self.options)
    }

    fn text(&self, file: &str) -> String {
        read(&self.directory.join(file))
    }
}

/// Runs `check` on every case that has a context, in a stable order; how many there were.
fn each_vector(mut check: impl FnMut(Vector)) -> usize {
    let directories = fs::read_dir(suite())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let directories: BTreeSet<_> = directories.collect();
    let vectors: Vec<_> = directories.into_iter().filter_map(Vector::load).collect();
    let count = vectors.len();
    vectors.into_iter().for_each(&mut check);
    count
}

/// The suite inside the source of the aws-sigv4 crate that this workspace is locked to.
fn suite() -> PathBuf {
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let crate_of_the_suite = packages
        .iter()
        .find(|package| package["name"] == "aws-sigv4")
        .unwrap();
    let manifest = Path::new(crate_of_the_suite["manifest_path"].as_str().unwrap());
    manifest.with_file_name("aws-signing-test-suite").join("v4")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
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

/// The request with one bit flipped: in every signed header, the `Authorization` header, the
/// query, the body, and the path where that does not just spell the same path differently.
fn one_bit_changes(vector: &Vector, request: &Request) -> Vec<Request> {
    let mut changes = Vec::new();
    let (path, rest) = request.target.split_at(request.path().len());
    // Of what is normalized, several spellings are the same request.
    if !vector.name.ends_with("-normalized") {
        let changed = flipped(path, false)
            .into_iter()
            .filter(|path| !path.contains('?'));
        changes.extend(changed.map(|path| Request {
            target: path + rest,
            ..request.clone()
        }));
    }
    let query = flipped(rest, true)
        .into_iter()
        .map(|rest| format!("{path}{rest}"));
    let query = query.filter(|target| target.starts_with(&format!("{path}?")));
    let query = query.map(|target| Request {
        target,
        ..request.clone()
    });
    changes.extend(
        query.filter(|changed| signed_query(vector, changed) != signed_query(vector, request)),
    );
    let methods = flipped(&request.method, false).into_iter();
    changes.extend(methods.map(|method| Request {
        method,
        ..request.clone()
    }));
    for (at, (name, value)) in request.headers.iter().enumerate() {
        if is_unsigned(vector, name) {
            continue;
        }
        for changed in flipped(value, false) {
            let mut copy = request.clone();
            copy.headers[at].1 = changed;
            changes.push(copy);
        }
    }
    changes.extend(
        flipped(&String::from_utf8_lossy(&request.body), false)
            .into_iter()
            .map(|body| Request {
                body: body.into_bytes(),
                ..request.clone()
            }),
    );
    changes
}

/// The query without the one pair of the suite that is added after signing.
fn signed_query(vector: &Vector, request: &Request) -> Vec<(String, String)> {
    let mut query = request.query();
    query.retain(|(name, _)| !is_unsigned(vector, name));
    query
}

/// The same as a header.
fn is_unsigned(vector: &Vector, name: &str) -> bool {
    let token_is_signed = vector.options.session_token == SessionTokenRule::Signed;
    name.eq_ignore_ascii_case("x-amz-security-token") && !token_is_signed
}

/// Texts that differ from `text` in one bit of one ASCII character: for every character one, the
/// seven low bits taking turns.
fn flipped(text: &str, is_query: bool) -> Vec<String> {
    let bytes = text.as_bytes();
    let places = (0..bytes.len()).filter(|at| bytes[*at].is_ascii());
    let flips = places.map(|at| (at, 1_u8 << (at % 7)));
    // The case of the digits of an escape is not part of what is signed.
    let same = |at: usize, bit: u8| {
        let escape = at.checked_sub(2).unwrap_or(at)..at;
        is_query && bit == 0x20 && bytes[at].is_ascii_alphabetic() && bytes[escape].contains(&b'%')
    };
    flips
        .filter(|(at, bit)| !same(*at, *bit))
        .map(|(at, bit)| {
            let mut changed = bytes.to_vec();
            changed[at] ^= bit;
            String::from_utf8(changed).unwrap()
        })
        .collect()
}
