//! Whose a request is: its signature, recomputed, and the rules of AWS's common front.
//! <https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html>

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use crate::support::clock::{amz_date, parse_amz_date};
use crate::support::sigv4::{self, Claim, Options, PathEncoding, Request};
use crate::support::standin::Refusal;
use crate::support::sts::{Known, Sts};

/// Who asks, and where.
pub(super) struct Caller {
    pub(super) account: String,
    pub(super) region: String,
}

pub(super) struct Callers {
    directory: Box<Directory>,
    switched_off: BTreeSet<String>,
}

/// Who holds keys, by access key id, at a time.
type Directory = dyn Fn(&str, SystemTime) -> Option<Known> + Send + Sync;

impl Callers {
    pub(super) fn of(sts: &Sts) -> Self {
        Self {
            directory: Box::new(sts.directory()),
            switched_off: BTreeSet::new(),
        }
    }

    pub(super) fn switch_off(&mut self, region: &str) {
        self.switched_off.insert(region.to_owned());
    }

    pub(super) fn authenticate(
        &self,
        request: &Request,
        now: SystemTime,
    ) -> Result<Caller, Refusal> {
        let claim = Claim::of(request).map_err(|_| {
            let message = "Missing Authentication Token";
            Refusal::new(403, "MissingAuthenticationTokenException", message)
        })?;
        check_scope(&claim, request)?;
        let known = (self.directory)(&claim.access_key_id, now);
        let known = known.filter(|_| !self.switched_off.contains(&claim.scope.region));
        let Known {
            keys,
            account,
            is_over,
        } = known.ok_or_else(unknown)?;
        if keys.session_token != claim.session_token {
            return Err(unknown());
        }
        check_date(&claim, now)?;
        // EKS encodes the path once more, as all services but S3 do.
        let options = Options {
            encoding: PathEncoding::Twice,
            ..Options::default()
        };
        let secret = |_: &str| Some(keys.secret_access_key.clone());
        sigv4::verify(request, secret, options).map_err(|_| {
            mismatch(
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. Consult the service \
                 documentation for details.",
            )
        })?;
        if is_over {
            let message = "The security token included in the request is expired";
            return Err(Refusal::new(403, "ExpiredTokenException", message));
        }
        Ok(Caller {
            account,
            region: claim.scope.region,
        })
    }
}

/// The scope must name the service, the region that the host serves, and the day of the date.
fn check_scope(claim: &Claim, request: &Request) -> Result<(), Refusal> {
    let scope = &claim.scope;
    let host = request.header("host").unwrap_or_default();
    let of_host = region_of(&host).is_none_or(|region| region == scope.region);
    if scope.service != "eks" {
        Err(mismatch(
            "Credential should be scoped to correct service: 'eks'. ",
        ))
    } else if !of_host {
        Err(mismatch("Credential should be scoped to a valid region. "))
    } else if !claim.date.starts_with(&format!("{}T", scope.day)) {
        Err(mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
        ))
    } else {
        Ok(())
    }
}

/// The region a host serves; unknown for an address, as with `AWS_ENDPOINT_URL_EKS`.
fn region_of(host: &str) -> Option<&str> {
    let prefixes = ["eks.", "fips.eks.", "eks-fips."];
    let rest = prefixes
        .into_iter()
        .find_map(|prefix| host.strip_prefix(prefix))?;
    rest.split('.').next()
}

/// Five minutes both ways.
fn check_date(claim: &Claim, now: SystemTime) -> Result<(), Refusal> {
    let date = parse_amz_date(&claim.date)
        .ok_or_else(|| mismatch("Date must be in ISO-8601 'basic format'."))?;
    let (date_text, now_text) = (&claim.date, amz_date(now));
    if date + WINDOW < now {
        let edge = amz_date(now - WINDOW);
        return Err(mismatch(&format!(
            "Signature expired: {date_text} is now earlier than {edge} ({now_text} - 5 min.)"
        )));
    }
    if now + WINDOW < date {
        let edge = amz_date(now + WINDOW);
        return Err(mismatch(&format!(
            "Signature not yet current: {date_text} is still later than {edge} ({now_text} + 5 min.)"
        )));
    }
    Ok(())
}

fn mismatch(message: &str) -> Refusal {
    Refusal::new(403, "InvalidSignatureException", message)
}

fn unknown() -> Refusal {
    let message = "The security token included in the request is invalid.";
    Refusal::new(403, "UnrecognizedClientException", message)
}

const WINDOW: Duration = Duration::from_secs(5 * 60);
