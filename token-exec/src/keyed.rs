//! What tokens and credentials are kept by: everything that decides what they are.

use std::fs::{self, Metadata};
use std::path::Path;

use iam_aws::fetch;
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
    let host = settings.endpoint().host().ok();
    deciding("credentials", settings, (source, naming))
        .optional("host", host.map(|host| host.name()))
        .finish()
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
    let mut feed = |label: &str, value: &[u8]| key.add(label, value);
    source.fingerprint(&mut feed);
    settings.surroundings.fingerprint(source, &mut feed);
    for (path, metadata) in settings.shared.files() {
        key = with_file(key, path, metadata);
    }
    match fetch::bearer_file(source, settings.environment) {
        Some(path) => with_file(key, &path, fs::metadata(&path).ok().as_ref()),
        None => key,
    }
}

fn with_file(key: KeyBuilder, path: &Path, metadata: Option<&Metadata>) -> KeyBuilder {
    key.field("file", path.as_os_str().as_encoded_bytes())
        .optional("state", metadata.map(state))
}

/// Which file it is, when it was last written or changed, to the nanosecond, and how long it is.
#[cfg(unix)]
fn state(file: &Metadata) -> Vec<u8> {
    use std::os::unix::fs::MetadataExt as _;
    // Whoever sets the time of writing cannot set that of the change.
    let times = [
        file.mtime(),
        file.mtime_nsec(),
        file.ctime(),
        file.ctime_nsec(),
    ];
    let numbers = [file.dev(), file.ino(), file.len()].map(u64::to_be_bytes);
    [
        numbers.as_flattened(),
        times.map(i64::to_be_bytes).as_flattened(),
    ]
    .concat()
}

/// When a file was last written, to the nanosecond, and how long it is.
#[cfg(not(unix))]
fn state(file: &Metadata) -> String {
    let modified = file.modified().ok();
    let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    format!("{:?} {}", since.map(|since| since.as_nanos()), file.len())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
