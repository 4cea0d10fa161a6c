//! The rules for single values, each on its own: what the strict reader and the inspector share.

use std::str::FromStr;

use zeroize::Zeroizing;

use super::{Fault, Signature};
use crate::credentials::{AccessKeyId, SessionToken};
use crate::split;
use crate::time::{AmzDate, TimeError};

pub(super) const ACTION: &str = "GetCallerIdentity";
pub(super) const VERSION: &str = "2011-06-15";
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(super) const SIGNED_HEADERS: &str = "host;x-k8s-aws-id";
pub(super) const CLUSTER_HEADER: &str = "x-k8s-aws-id";
pub(super) const SERVICE: &str = "sts";
pub(super) const CREDENTIAL_END: &str = "aws4_request";
/// The longest life that Signature Version 4 lets GetCallerIdentity URLs claim.
pub(super) const MAX_EXPIRES: u16 = 900;

pub(super) fn action(found: &str) -> Result<(), Fault> {
    equal(found, ACTION, |found| Fault::Action { found })
}

pub(super) fn version(found: &str) -> Result<(), Fault> {
    equal(found, VERSION, |found| Fault::Version { found })
}

pub(super) fn algorithm(found: &str) -> Result<(), Fault> {
    equal(found, ALGORITHM, |found| Fault::Algorithm { found })
}

pub(super) fn signed_headers(found: &str) -> Result<(), Fault> {
    equal(found, SIGNED_HEADERS, |found| {
        let unsigned = |header: &&str| found.split(';').all(|signed| signed != *header);
        match [CLUSTER_HEADER, "host"].into_iter().find(unsigned) {
            Some(header) => Fault::HeaderNotSigned { header, found },
            None => Fault::SignedHeaders { found },
        }
    })
}

pub(super) fn expires(found: &str) -> Result<u16, Fault> {
    let plain = found == "0" || !found.starts_with('0');
    if found.is_empty() || !plain || !found.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::ExpiresForm {
            found: found.to_owned(),
        });
    }
    // What does not fit 16 bits is over the limit too.
    found
        .parse()
        .ok()
        .filter(|seconds| *seconds <= MAX_EXPIRES)
        .ok_or_else(|| Fault::ExpiresTooLong {
            found: found.to_owned(),
        })
}

pub(super) fn date(found: &str) -> Result<AmzDate, Fault> {
    AmzDate::from_str(found).map_err(|error| match error {
        TimeError::Form { found, .. } => Fault::DateForm { found },
        TimeError::Unreal { .. } | TimeError::OutOfRange => Fault::DateUnreal {
            found: found.to_owned(),
        },
    })
}

/// The five parts of a credential: access key id, day, region, service, end.
pub(super) fn credential_parts(found: &str) -> Result<[&str; 5], Fault> {
    let mut parts = split::at(found, b'/');
    let mut next = || parts.next();
    let five = (|| Some([next()?, next()?, next()?, next()?, next()?]))();
    five.filter(|_| parts.next().is_none())
        .ok_or_else(|| Fault::CredentialParts {
            count: found.split('/').count(),
        })
}

pub(super) fn access_key_id(found: &str) -> Result<AccessKeyId, Fault> {
    AccessKeyId::from_str(found).map_err(|_| Fault::AccessKeyId {
        found: found.to_owned(),
    })
}

pub(super) fn credential_day(found: &str, date: &AmzDate) -> Result<(), Fault> {
    equal(found, date.day(), |found| Fault::CredentialDay { found })
}

pub(super) fn credential_region(found: &str, expected: &str) -> Result<(), Fault> {
    equal(found, expected, |found| Fault::CredentialRegion {
        found,
        expected: expected.to_owned(),
    })
}

pub(super) fn credential_service(found: &str) -> Result<(), Fault> {
    equal(found, SERVICE, |found| Fault::CredentialService { found })
}

pub(super) fn credential_end(found: &str) -> Result<(), Fault> {
    equal(found, CREDENTIAL_END, |found| Fault::CredentialEnd {
        found,
    })
}

pub(super) fn signature(found: &str) -> Result<Signature, Fault> {
    Signature::from_str(found).map_err(|_| Fault::Signature)
}

pub(super) fn session_token(found: Zeroizing<String>) -> Result<SessionToken, Fault> {
    SessionToken::try_from(found).map_err(|_| Fault::SecurityToken)
}

/// A temporary key comes with a session token, a permanent one without.
pub(super) fn key_and_session_token(key: &AccessKeyId, token_given: bool) -> Result<(), Fault> {
    match (key.is_temporary(), token_given) {
        (true, true) | (false, false) => Ok(()),
        (true, false) => Err(Fault::SecurityTokenMissing),
        (false, true) => Err(Fault::SecurityTokenUnexpected),
    }
}

fn equal(found: &str, expected: &str, fault: impl FnOnce(String) -> Fault) -> Result<(), Fault> {
    if found == expected {
        Ok(())
    } else {
        Err(fault(found.to_owned()))
    }
}
