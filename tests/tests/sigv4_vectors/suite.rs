//! The cases of the suite, as files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::support::keys::Keys;
use e2e::support::sigv4::{
    Claim, Options, PathEncoding, PathForm, Refusal, Request, Scope, SessionTokenRule, Signer,
    Steps, sha256_hex, verify,
};
use serde_json::Value;

/// One case of the suite.
pub(crate) struct Vector {
    pub(crate) name: String,
    directory: PathBuf,
    pub(crate) context: Value,
    pub(crate) keys: Keys,
    pub(crate) options: Options,
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

    pub(crate) fn signer(&self) -> Signer<'_> {
        let text = |name: &str| self.context[name].as_str().unwrap().to_owned();
        let date = text("timestamp").replace(['-', ':'], "");
        let scope = Scope {
            day: date.split('T').next().unwrap().to_owned(),
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

    pub(crate) fn request(&self, file: &str) -> Request {
        let text = self.text(file);
        Request::parse(&text).unwrap_or_else(|| panic!("{}: {file}: {text}", self.name))
    }

    /// The request with the header that a signer of bodies adds to it.
    pub(crate) fn request_with_body_hash(&self) -> Request {
        let mut request = self.request("request.txt");
        if self.context["sign_body"].as_bool().unwrap() {
            let hash = sha256_hex(&request.body);
            request.push_header("x-amz-content-sha256", &hash);
        }
        request
    }

    /// In the order in which they depend on one another, so that the first difference is the fault.
    pub(crate) fn compare(&self, form: &str, steps: &Steps) {
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

    pub(crate) fn verify(&self, request: &Request) -> Result<Claim, Refusal> {
        let known =
            |id: &str| (id == self.keys.access_key_id).then(|| self.keys.secret_access_key.clone());
        verify(request, known, self.options)
    }

    fn text(&self, file: &str) -> String {
        read(&self.directory.join(file))
    }
}

/// Runs `check` on every case that has a context, in a stable order; how many there were.
pub(crate) fn each_vector(mut check: impl FnMut(Vector)) -> usize {
    let directories = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let directories: BTreeSet<_> = directories.collect();
    let vectors: Vec<_> = directories.into_iter().filter_map(Vector::load).collect();
    let count = vectors.len();
    vectors.into_iter().for_each(&mut check);
    count
}

/// The suite inside the source of the aws-sigv4 crate that this workspace is locked to.
pub(crate) fn directory() -> PathBuf {
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

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
