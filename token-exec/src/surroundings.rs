//! What else decides about credentials: all that a source may read by itself, beside the settings.

use std::ffi::OsString;
use std::rc::Rc;

use iam_aws::source::Source;

use crate::wanted::runs_a_process;

/// Everything around this process that a source of credentials may go by.
///
/// It may hold a secret, so it has no `Debug`: it is good for digests alone.
#[derive(Clone)]
pub struct Surroundings {
    read: Rc<dyn Fn() -> Vec<Variable>>,
}

/// A name and its value.
type Variable = (OsString, OsString);

impl Surroundings {
    /// All the variables of the environment, which `read` gives. They are read when they are asked
    /// for: exported keys and those of profiles go by none of them.
    #[must_use]
    pub fn new(read: impl Fn() -> Vec<Variable> + 'static) -> Self {
        Self {
            read: Rc::new(read),
        }
    }

    /// What counts of them: those of AWS, and where people are at home. The secrets of exported
    /// keys do not count, since the access key id stands for them.
    fn variables(&self) -> Vec<Variable> {
        let mut variables = (self.read)();
        variables.retain(|(name, _)| counts(name.as_encoded_bytes()));
        variables.sort_unstable();
        variables
    }

    /// Feeds every value that decides about credentials of `source`, with a label, to `feed`, in an
    /// order that is always the same. `feed` must not show it.
    ///
    /// A process may go by all of them; elsewhere those that are settings count as what they set,
    /// so that `--profile dev` is `AWS_PROFILE=dev`.
    pub fn fingerprint(&self, source: &Source, feed: &mut dyn FnMut(&str, &[u8])) {
        // Machines may share a home: each has its own instance, agents and processes.
        feed("machine", machine().as_bytes());
        let all = runs_a_process(source);
        let is_a_setting = |name: &OsString| SETTINGS.iter().any(|setting| name == setting);
        for (name, value) in &self.variables() {
            if !all && is_a_setting(name) {
                continue;
            }
            feed("variable", name.as_encoded_bytes());
            feed("value", value.as_encoded_bytes());
        }
    }
}

/// Nothing.
impl Default for Surroundings {
    fn default() -> Self {
        Self::new(Vec::new)
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

/// The profile, the host that is signed for, the files and the key id are what these set.
const SETTINGS: [&str; 8] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_CONFIG_FILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_STS_REGIONAL_ENDPOINTS",
];

const SECRETS: [&[u8]; 3] = [
    b"AWS_SECRET_ACCESS_KEY",
    b"AWS_SESSION_TOKEN",
    b"AWS_SECURITY_TOKEN",
];
