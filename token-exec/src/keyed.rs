//! What tokens and credentials are kept by: everything that decides what they are.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use iam_aws::source::Source;
use iam_core::cluster::ClusterId;
use iam_core::sts_host::StsHost;

use crate::cache::{Key, KeyBuilder};
use crate::settings::Settings;
use crate::wanted::Naming;

/// By what the token for `cluster` is kept.
#[must_use]
pub fn token(
    settings: &Settings<'_>,
    (source, naming): (&Source, Naming),
    host: &StsHost,
    cluster: &ClusterId,
) -> Key {
    deciding("token", settings, (source, naming))
        .field("host", host.name())
        .field("cluster", cluster.as_str())
        .finish()
}

/// By what credentials of `source` are kept.
#[must_use]
pub fn credentials(settings: &Settings<'_>, (source, naming): (&Source, Naming)) -> Key {
    deciding("credentials", settings, (source, naming)).finish()
}

fn deciding(
    purpose: &str,
    settings: &Settings<'_>,
    (source, naming): (&Source, Naming),
) -> KeyBuilder {
    let naming = match naming {
        Naming::Set => "set",
        Naming::Forwarded => "forwarded",
    };
    let mut key = KeyBuilder::new(purpose)
        .field("profile", settings.chosen.name())
        .field("session name", naming);
    for (label, value) in fingerprint(source) {
        key = key.field(&label, value);
    }
    for (path, _) in settings.shared.files() {
        key = key
            .field("file", path.as_os_str().as_encoded_bytes())
            .optional("state", state(path));
    }
    let (endpoints, workload) = (
        &settings.environment.endpoints,
        &settings.environment.workload,
    );
    key.optional("AWS_ENDPOINT_URL", endpoints.url.as_ref())
        .optional("AWS_ENDPOINT_URL_STS", endpoints.sts_url.as_ref())
        .optional("AWS_ENDPOINT_URL_SSO", endpoints.sso_url.as_ref())
        .optional(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            workload
                .container_token_file
                .as_ref()
                .map(|path| path.as_os_str().as_encoded_bytes()),
        )
        .optional(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            workload.ec2_metadata_endpoint.as_ref(),
        )
}

fn fingerprint(source: &Source) -> Vec<(String, Vec<u8>)> {
    let mut fields = Vec::new();
    source.fingerprint(&mut |label, value| fields.push((label.to_owned(), value.to_owned())));
    fields
}

/// When a file was last written, to the nanosecond, and how long it is.
fn state(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", since.as_nanos(), metadata.len()))
}
