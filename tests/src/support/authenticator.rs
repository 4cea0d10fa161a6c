//! aws-iam-authenticator, the peer of token-exec and of authz-webhook in the benchmarks.

use std::path::{Path, PathBuf};

use super::control_plane::Reaper;
use super::go_module::{GoError, GoModule, GoProgram, io_error};

/// The program, of an earlier build or built now.
///
/// It asks the instance's metadata service whatever `AWS_EC2_METADATA_DISABLED` says:
/// `AWS_EC2_METADATA_SERVICE_ENDPOINT` has to lead it elsewhere, as a
/// [`Sandbox`](super::sandbox::Sandbox) does.
///
/// # Errors
/// When there is no Go, or it fails.
pub fn prepare() -> Result<PathBuf, GoError> {
    program("aws-iam-authenticator")
}

/// Its reading of aws-auth as a program of its own: `tests/authenticator/consumer/main.go`.
///
/// # Errors
/// When there is no Go, or it fails.
pub fn prepare_consumer() -> Result<PathBuf, GoError> {
    program("consumer")
}

fn program(name: &str) -> Result<PathBuf, GoError> {
    let reaper = Reaper::start().map_err(io_error("start", Path::new("/bin/sh")))?;
    Ok(MODULE.prepare(&reaper)?.join(name))
}

const MODULE: GoModule = GoModule {
    directory: "authenticator",
    sources: &["consumer/main.go", "consumer/linkname.s"],
    programs: &[
        GoProgram {
            name: "consumer",
            package: "./consumer",
            module: "sigs.k8s.io/aws-iam-authenticator",
        },
        GoProgram {
            name: "aws-iam-authenticator",
            package: "sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator",
            module: "sigs.k8s.io/aws-iam-authenticator",
        },
    ],
};
