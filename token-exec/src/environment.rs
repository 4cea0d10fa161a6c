//! The environment variables that token-exec knows, read once at its edge.

use std::ffi::OsString;

use iam_aws::environment::{NotUtf8, Variables};

/// What the environment says. An empty variable counts as unset.
///
/// It holds secrets, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Environment {
    /// What it says about AWS.
    pub aws: iam_aws::environment::Environment,
    /// `KUBERNETES_EXEC_INFO`
    pub exec_info: Option<String>,
    /// `RUST_LOG`
    pub rust_log: Option<String>,
}

impl Environment {
    /// Reads every variable of interest with `get`.
    ///
    /// # Errors
    /// When a value is not UTF-8; paths may hold any bytes.
    pub fn read(get: impl Fn(&'static str) -> Option<OsString>) -> Result<Self, NotUtf8> {
        let variables = Variables(get);
        Ok(Self {
            aws: iam_aws::environment::Environment::read(&variables)?,
            exec_info: variables.text("KUBERNETES_EXEC_INFO")?,
            rust_log: variables.text("RUST_LOG")?,
        })
    }
}
