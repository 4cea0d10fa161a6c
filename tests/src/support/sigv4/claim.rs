//! What a signed request says about itself.

use std::fmt;

use super::request::Request;
use super::{ALGORITHM, TERMINATION};

/// Where the signature stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned URL.
    Query,
}

/// The credential scope without the access key id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scope {
    /// `20231102`.
    pub day: String,
    /// `us-west-2`.
    pub region: String,
    /// `sts`.
    pub service: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}/{TERMINATION}",
            self.day, self.region, self.service
        )
    }
}

/// The parts of a signed request that the check begins with.
#[derive(Clone, Eq, PartialEq)]
pub struct Claim {
    /// Header or query.
    pub form: Form,
    /// Whose key.
    pub access_key_id: String,
    /// Valid for what.
    pub scope: Scope,
    /// `X-Amz-Date`.
    pub date: String,
    /// Lower-case names, as listed.
    pub signed_headers: Vec<String>,
    /// `X-Amz-Security-Token`.
    pub session_token: Option<String>,
    /// The signature, in hex.
    pub signature: String,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("form", &self.form)
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("date", &self.date)
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

/// Why nothing can be checked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClaimFault {
    /// Neither an `Authorization` header nor `X-Amz-Algorithm` in the query.
    #[error("the request is not signed")]
    Unsigned,
    /// This part is absent, given twice, or not in its form.
    #[error("{0} is missing, repeated or malformed")]
    Part(&'static str),
}

impl Claim {
    /// Reads the claim of a request.
    ///
    /// # Errors
    /// [`ClaimFault`].
    pub fn of(request: &Request) -> Result<Self, ClaimFault> {
        let query = request.query();
        match request.header("authorization") {
            Some(authorization) => Self::of_header(request, &authorization),
            None if query.iter().any(|(name, _)| name.starts_with("X-Amz-")) => {
                Self::of_query(&query)
            }
            None => Err(ClaimFault::Unsigned),
        }
    }

    fn of_header(request: &Request, authorization: &str) -> Result<Self, ClaimFault> {
        let parts = authorization
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix(' '));
        let parts: Vec<_> = parts
            .ok_or(ClaimFault::Part("Authorization"))?
            .split(", ")
            .collect();
        let [credential, signed_headers, signature] = parts.as_slice() else {
            return Err(ClaimFault::Part("Authorization"));
        };
        let (access_key_id, scope) = credential_of(after(credential, "Credential=")?)?;
        Ok(Self {
            form: Form::Header,
            access_key_id,
            scope,
            date: request
                .header("x-amz-date")
                .ok_or(ClaimFault::Part("X-Amz-Date"))?,
            signed_headers: header_names(after(signed_headers, "SignedHeaders=")?),
            session_token: request.header("x-amz-security-token"),
            signature: after(signature, "Signature=")?.to_owned(),
        })
    }

    fn of_query(query: &[(String, String)]) -> Result<Self, ClaimFault> {
        let algorithm = only(query, "X-Amz-Algorithm")?.filter(|algorithm| algorithm == ALGORITHM);
        algorithm.ok_or(ClaimFault::Part("X-Amz-Algorithm"))?;
        let required = |name| only(query, name)?.ok_or(ClaimFault::Part(name));
        let (access_key_id, scope) = credential_of(&required("X-Amz-Credential")?)?;
        Ok(Self {
            form: Form::Query,
            access_key_id,
            scope,
            date: required("X-Amz-Date")?,
            signed_headers: header_names(&required("X-Amz-SignedHeaders")?),
            session_token: only(query, "X-Amz-Security-Token")?,
            signature: required("X-Amz-Signature")?,
        })
    }
}

/// The value of a name that stands at most once.
fn only(query: &[(String, String)], name: &'static str) -> Result<Option<String>, ClaimFault> {
    let mut values = query
        .iter()
        .filter(|(sent, _)| sent == name)
        .map(|(_, value)| value.clone());
    let value = values.next();
    if values.next().is_some() {
        Err(ClaimFault::Part(name))
    } else {
        Ok(value)
    }
}

fn after<'a>(part: &'a str, name: &'static str) -> Result<&'a str, ClaimFault> {
    part.strip_prefix(name).ok_or(ClaimFault::Part(name))
}

/// `AKID/20231102/us-west-2/sts/aws4_request`.
fn credential_of(text: &str) -> Result<(String, Scope), ClaimFault> {
    let parts: Vec<_> = text.split('/').collect();
    let [access_key_id, day, region, service, TERMINATION] = parts.as_slice() else {
        return Err(ClaimFault::Part("Credential"));
    };
    let [day, region, service] = [day, region, service].map(|part| (*part).to_owned());
    Ok((
        (*access_key_id).to_owned(),
        Scope {
            day,
            region,
            service,
        },
    ))
}

fn header_names(list: &str) -> Vec<String> {
    list.split(';').map(str::to_owned).collect()
}
