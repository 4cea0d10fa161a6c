//! `AssumeRole`: the limits of its parameters, the trust of the role, the session it issues.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use super::caller::Caller;
use super::ledger::{Ledger, Session};
use super::parameters::Parameters;
use super::role::Role;
use super::verdict::StsError;
use super::web_identity::Provider;
use crate::support::keys::Keys;

/// A session that was issued.
#[derive(Clone, Debug)]
pub(super) struct Assumed {
    pub(super) caller: Caller,
    pub(super) keys: Keys,
    pub(super) end: SystemTime,
    /// Of a web identity only.
    pub(super) provider: Option<Provider>,
}

impl Assumed {
    /// Issues keys that last so long, when the role lets them.
    pub(super) fn issue(
        role: &Role,
        session_name: &str,
        lasting: Duration,
        ledger: &mut Ledger,
        now: SystemTime,
    ) -> Result<Self, StsError> {
        if lasting > role.longest() {
            return Err(invalid(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ));
        }
        let (caller, keys, end) = (
            role.session(session_name),
            Keys::of_session(),
            now + lasting,
        );
        ledger.insert(keys.clone(), caller.clone(), Session::Until(end));
        Ok(Self {
            caller,
            keys,
            end,
            provider: None,
        })
    }
}

pub(super) fn assume(
    parameters: &Parameters,
    caller: &Caller,
    ledger: &mut Ledger,
    now: SystemTime,
) -> Result<Assumed, StsError> {
    let arn = required(parameters, "RoleArn", 20..=2048)?;
    let session_name = role_session_name(parameters)?;
    let asked = duration(parameters)?;
    let external_id = parameters.value("ExternalId");
    if external_id.is_some_and(|id| !fits(id, 2..=1224, "=,.@:/_-")) {
        return Err(pattern("externalId", r"[\w+=,.@:\/-]*"));
    }
    if caller.arn.ends_with(":root") {
        return Err(denied("Roles may not be assumed by root accounts."));
    }
    let has_mfa = mfa(parameters, caller, ledger)?;
    let role = ledger.roles.get(arn).filter(|role| {
        role.trusts_caller(caller, role_of(caller, ledger).as_deref())
            && role.takes_external_id(external_id)
            && role.is_content_with(has_mfa)
    });
    let role = role.cloned().ok_or_else(|| {
        denied(&format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            caller.arn
        ))
    })?;
    let lasting = asked.unwrap_or(HOUR);
    if caller.arn.contains(":assumed-role/") && lasting > HOUR {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    Assumed::issue(&role, session_name, lasting, ledger, now)
}

/// The registered role that a session is one of.
fn role_of(caller: &Caller, ledger: &Ledger) -> Option<String> {
    let session_name = caller.arn.rsplit('/').next()?;
    let mut roles = ledger.roles.values();
    let role = roles.find(|role| role.session(session_name).arn == caller.arn)?;
    Some(role.arn())
}

/// Whether the call comes with a code of the caller's own device. A code serves once.
fn mfa(parameters: &Parameters, caller: &Caller, ledger: &mut Ledger) -> Result<bool, StsError> {
    let (serial, code) = match (
        parameters.value("SerialNumber"),
        parameters.value("TokenCode"),
    ) {
        (None, None) => return Ok(false),
        (Some(serial), Some(code)) => (serial, code),
        (Some(_), None) | (None, Some(_)) => {
            return Err(denied(
                "MultiFactorAuthentication failed, must provide both MFA serial number and one \
                 time pass code.",
            ));
        }
    };
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(pattern("tokenCode", r"[\d]*"));
    }
    let device = ledger.devices.get_mut(serial);
    let device = device.filter(|device| device.owner == caller.arn);
    let device = device.ok_or_else(|| {
        denied("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
    })?;
    if device.codes.remove(code) {
        Ok(true)
    } else {
        Err(denied(
            "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        ))
    }
}

pub(super) fn required<'a>(
    parameters: &'a Parameters,
    name: &str,
    lengths: RangeInclusive<usize>,
) -> Result<&'a str, StsError> {
    let value = parameters.value(name);
    value
        .filter(|value| lengths.contains(&value.len()))
        .ok_or_else(|| {
            invalid(&format!(
                "1 validation error detected: Value at '{name}' failed to satisfy constraint: \
                 Member must not be null and have length between {} and {}",
                lengths.start(),
                lengths.end()
            ))
        })
}

pub(super) fn role_session_name(parameters: &Parameters) -> Result<&str, StsError> {
    let name = required(parameters, "RoleSessionName", 2..=64)?;
    if fits(name, 2..=64, "=,.@_-") {
        Ok(name)
    } else {
        Err(pattern("roleSessionName", r"[\w+=,.@-]*"))
    }
}

/// `DurationSeconds`, 15 minutes to 12 hours.
pub(super) fn duration(parameters: &Parameters) -> Result<Option<Duration>, StsError> {
    let Some(text) = parameters.value("DurationSeconds") else {
        return Ok(None);
    };
    let seconds = text.parse().ok();
    let seconds = seconds.filter(|seconds| (900..=43_200).contains(seconds));
    seconds.map(Duration::from_secs).map(Some).ok_or_else(|| {
        invalid(&format!(
            "1 validation error detected: Value '{text}' at 'durationSeconds' failed to satisfy \
             constraint: Member must have value between 900 and 43200"
        ))
    })
}

/// Letters, digits, `+` and `others`.
fn fits(text: &str, lengths: RangeInclusive<usize>, others: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || c == '+' || others.contains(c);
    lengths.contains(&text.len()) && text.chars().all(known)
}

fn pattern(member: &str, pattern: &str) -> StsError {
    invalid(&format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member \
         must satisfy regular expression pattern: {pattern}"
    ))
}

fn invalid(message: &str) -> StsError {
    StsError::new(400, "ValidationError", message.to_owned())
}

fn denied(message: &str) -> StsError {
    StsError::new(403, "AccessDenied", message.to_owned())
}

const HOUR: Duration = Duration::from_secs(3600);
