//! What else decides about credentials: all that a source may read by itself, beside the settings.

use std::ffi::OsString;

/// Everything around this process that a source of credentials may go by.
///
/// It may hold a secret, so it has no `Debug`: it is good for digests alone.
#[derive(Clone, Default)]
pub struct Surroundings {
    variables: Vec<(OsString, OsString)>,
}

impl Surroundings {
    /// Keeps what counts of all the `variables` of the environment: those of AWS, and where people
    /// are at home. The secrets of exported keys do not count, since the access key id stands for
    /// them.
    #[must_use]
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut variables: Vec<_> = variables
            .into_iter()
            .filter(|(name, _)| counts(name.as_encoded_bytes()))
            .collect();
        variables.sort_unstable();
        Self { variables }
    }

    /// Feeds every value that decides, with a label, to `feed`, in an order that is always the
    /// same. `feed` must not show it.
    pub fn fingerprint(&self, feed: &mut dyn FnMut(&str, &[u8])) {
        // Machines may share a home: each has its own instance, agents and processes.
        feed("machine", machine().as_bytes());
        for (name, value) in &self.variables {
            feed("variable", name.as_encoded_bytes());
            feed("value", value.as_encoded_bytes());
        }
    }
}

fn counts(name: &[u8]) -> bool {
    let home = [&b"HOME"[..], b"USERPROFILE"].contains(&name);
    home || name.starts_with(b"AWS_") && !SECRETS.contains(&name)
}

#[cfg(unix)]
fn machine() -> String {
    let names = rustix::system::uname();
    names.nodename().to_string_lossy().into_owned()
}

/// Elsewhere a home is seldom shared, and the variables tell machines apart.
#[cfg(not(unix))]
fn machine() -> String {
    String::new()
}

const SECRETS: [&[u8]; 3] = [
    b"AWS_SECRET_ACCESS_KEY",
    b"AWS_SESSION_TOKEN",
    b"AWS_SECURITY_TOKEN",
];
