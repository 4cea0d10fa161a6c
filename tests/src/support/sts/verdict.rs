//! What STS makes of a request: the caller, or the error it answers with.

use std::time::{Duration, SystemTime};

use super::assume::{self, Assumed};
use super::caller::Caller;
use super::ledger::Ledger;
use super::parameters::Parameters;
use super::web_identity;
use crate::support::clock::{amz_date, parse_amz_date};
use crate::support::sigv4::{self, Claim, ClaimFault, Options, Refusal, Request};

/// An error of STS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct StsError {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// What a call comes to.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// Of `GetCallerIdentity`.
    Caller(Caller),
    /// Of `AssumeRole` and `AssumeRoleWithWebIdentity`.
    Assumed(Box<Assumed>),
}

/// The verdict on a request at a time. A request without an action is none: STS redirects it to a
/// page about IAM.
pub(super) fn verdict(
    request: &Request,
    ledger: &mut Ledger,
    now: SystemTime,
) -> Option<Result<Outcome, StsError>> {
    let parameters = Parameters::of(request);
    let action = parameters.value("Action")?;
    let version = parameters.value("Version").unwrap_or_default();
    Some(match (action, version) {
        ("AssumeRoleWithWebIdentity", VERSION) => {
            web_identity::assume(&parameters, ledger, now).map(Outcome::of_session)
        }
        ("AssumeRole", VERSION) => authenticate(request, ledger, now)
            .and_then(|caller| assume::assume(&parameters, &caller, ledger, now))
            .map(Outcome::of_session),
        ("GetCallerIdentity", VERSION) => authenticate(request, ledger, now).map(Outcome::Caller),
        _ => authenticate(request, ledger, now).and_then(|_| {
            let message = format!("Could not find operation {action} for version {version}");
            Err(StsError::new(400, "InvalidAction", message))
        }),
    })
}

impl Outcome {
    fn of_session(assumed: Assumed) -> Self {
        Self::Assumed(Box::new(assumed))
    }
}

fn authenticate(request: &Request, ledger: &Ledger, now: SystemTime) -> Result<Caller, StsError> {
    let claim = Claim::of(request).map_err(|fault| StsError::from(Refusal::from(fault)))?;
    check_scope(&claim, request)?;
    let record = ledger
        .get(&claim.access_key_id)
        .ok_or_else(StsError::unknown_token)?;
    if record.keys.session_token != claim.session_token {
        return Err(StsError::unknown_token());
    }
    check_date(&claim, now)?;
    let secret_of = |_: &str| Some(record.keys.secret_access_key.clone());
    sigv4::verify(request, secret_of, Options::default())?;
    if record.session.is_over(now) {
        let message = "The security token included in the request is expired";
        return Err(StsError::new(403, "ExpiredToken", message.to_owned()));
    }
    Ok(record.caller)
}

/// The scope must name the service, the region that the host serves, and the day of the date.
fn check_scope(claim: &Claim, request: &Request) -> Result<(), StsError> {
    let scope = &claim.scope;
    let host = request.header("host").unwrap_or_default();
    let region = region_of(&host).unwrap_or(&scope.region);
    let fault = if scope.service != "sts" {
        "Credential should be scoped to correct service: 'sts'."
    } else if scope.region != region {
        "Credential should be scoped to a valid region."
    } else if !claim.date.starts_with(&format!("{}T", scope.day)) {
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
    } else {
        return Ok(());
    };
    Err(StsError::mismatch(fault.to_owned()))
}

/// The region a host serves; unknown for an address, as with `AWS_ENDPOINT_URL_STS`.
fn region_of(host: &str) -> Option<&str> {
    if host == "sts.amazonaws.com" {
        return Some("us-east-1");
    }
    let rest = host
        .strip_prefix("sts.")
        .or_else(|| host.strip_prefix("sts-fips."))?;
    rest.split('.').next()
}

/// Fifteen minutes both ways, whatever `X-Amz-Expires` says.
fn check_date(claim: &Claim, now: SystemTime) -> Result<(), StsError> {
    let date = parse_amz_date(&claim.date).ok_or_else(|| {
        let message = format!(
            "Date must be in ISO-8601 'basic format'. Got '{}'.",
            claim.date
        );
        StsError::new(400, "IncompleteSignature", message)
    })?;
    let (date_text, now_text) = (&claim.date, amz_date(now));
    if date + WINDOW < now {
        let edge = amz_date(now - WINDOW);
        let message = format!(
            "Signature expired: {date_text} is now earlier than {edge} ({now_text} - 15 min.)"
        );
        return Err(StsError::mismatch(message));
    }
    if now + WINDOW < date {
        let edge = amz_date(now + WINDOW);
        let message = format!(
            "Signature not yet current: {date_text} is still later than {edge} ({now_text} + 15 min.)"
        );
        return Err(StsError::mismatch(message));
    }
    Ok(())
}

impl StsError {
    pub(super) fn new(status: u16, code: &'static str, message: String) -> Self {
        Self {
            status,
            code,
            message,
        }
    }

    fn mismatch(message: String) -> Self {
        Self::new(403, "SignatureDoesNotMatch", message)
    }

    fn unknown_token() -> Self {
        let message = "The security token included in the request is invalid.";
        Self::new(403, "InvalidClientTokenId", message.to_owned())
    }
}

impl From<Refusal> for StsError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Claim(ClaimFault::Unsigned) => {
                let message = "Request is missing Authentication Token";
                Self::new(403, "MissingAuthenticationToken", message.to_owned())
            }
            Refusal::Claim(ClaimFault::Part(part)) => {
                let message = format!("Authorization header or query requires '{part}'.");
                Self::new(400, "IncompleteSignature", message)
            }
            Refusal::UnknownKey => Self::unknown_token(),
            Refusal::Header(name) => Self::mismatch(format!(
                "'{name}' must be sent and be among the signed headers."
            )),
            // The canonical request is shown to the caller, with the session token in it: whoever
            // logs this answer leaks.
            Refusal::Signature { canonical_request } => Self::mismatch(format!(
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. Consult the service \
                 documentation for details.\n\nThe Canonical String for this request should have \
                 been\n'{canonical_request}'\n"
            )),
        }
    }
}

const WINDOW: Duration = Duration::from_secs(15 * 60);
const VERSION: &str = "2011-06-15";
