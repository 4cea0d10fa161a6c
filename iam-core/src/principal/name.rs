//! The names and paths that IAM allows.

use std::borrow::Cow;

use super::{EC2_INSTANCE_ROLE, PrincipalError};

/// Splits `[path/]NAME` into a path with its slashes, `/` for none, and the name.
pub(super) fn path_and_name(rest: &str) -> Result<(Cow<'static, str>, &str), PrincipalError> {
    let Some((path, name)) = rest.rsplit_once('/') else {
        return Ok((Cow::Borrowed("/"), rest));
    };
    let path = format!("/{path}/");
    // An ARN holds printable ASCII only, which is also what a path may hold.
    if path == "//" || path.len() > MAX_PATH_LEN {
        return Err(PrincipalError::Path { found: path });
    }
    Ok((Cow::Owned(path), name))
}

/// A user's name: 1 to 64 of `[\w+=,.@-]`.
pub(super) fn user(name: &str) -> Result<String, PrincipalError> {
    checked(name, 1, 64)
}

/// A role's name: as a user's, or AWS's own `aws:ec2-instance`, which mappings may name.
pub(super) fn role(name: &str) -> Result<String, PrincipalError> {
    if name == EC2_INSTANCE_ROLE {
        Ok(name.to_owned())
    } else {
        checked(name, 1, 64)
    }
}

/// A federated user's name: 2 to 32 of `[\w+=,.@-]`.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
pub(super) fn federated(name: &str) -> Result<String, PrincipalError> {
    checked(name, 2, 32)
}

/// `[\w+=,.@-]` in ASCII.
pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'=' | b',' | b'.' | b'@' | b'-')
}

fn checked(name: &str, min: usize, max: usize) -> Result<String, PrincipalError> {
    if (min..=max).contains(&name.len()) && name.bytes().all(is_name_byte) {
        Ok(name.to_owned())
    } else {
        Err(PrincipalError::Name {
            found: name.to_owned(),
        })
    }
}

const MAX_PATH_LEN: usize = 512;
