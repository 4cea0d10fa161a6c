//! Signing, for requests that no program under test would make.

use super::canonical::{Options, SessionTokenRule, canonical_request};
use super::claim::{Form, Scope};
use super::request::Request;
use super::{ALGORITHM, signature, string_to_sign};
use crate::support::keys::Keys;

/// Signs requests with one key, at one time, for one scope.
#[derive(Clone, Debug)]
pub struct Signer<'a> {
    /// Whose key.
    pub keys: &'a Keys,
    /// For what.
    pub scope: Scope,
    /// `X-Amz-Date`.
    pub date: String,
    /// The service's rules.
    pub options: Options,
}

/// What was hashed and signed on the way, for comparison.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Steps {
    /// The canonical request.
    pub canonical_request: String,
    /// The string to sign.
    pub string_to_sign: String,
    /// The signature.
    pub signature: String,
}

impl<'a> Signer<'a> {
    /// A signer by the rules of STS. The day of the scope is that of `date`.
    pub fn new(keys: &'a Keys, region: &str, service: &str, date: &str) -> Self {
        let day = date.split('T').next().unwrap_or_default().to_owned();
        let scope = Scope {
            day,
            region: region.to_owned(),
            service: service.to_owned(),
        };
        Self {
            keys,
            scope,
            date: date.to_owned(),
            options: Options::default(),
        }
    }

    /// The request as a presigned URL: its query extended, every header it has signed.
    pub fn presign(&self, request: Request, expires: &str) -> Request {
        self.presign_in_steps(request, expires).0
    }

    /// The request with an `Authorization` header, every header it has signed.
    pub fn sign(&self, request: Request) -> Request {
        self.sign_in_steps(request).0
    }

    /// As [`Self::presign`], with what was computed.
    pub fn presign_in_steps(&self, mut request: Request, expires: &str) -> (Request, Steps) {
        let signed_headers = signed_headers(&request);
        request.push_query("X-Amz-Algorithm", ALGORITHM);
        request.push_query("X-Amz-Credential", &self.credential());
        request.push_query("X-Amz-Date", &self.date);
        request.push_query("X-Amz-Expires", expires);
        if let Some(token) = &self.keys.session_token {
            request.push_query("X-Amz-Security-Token", token);
        }
        request.push_query("X-Amz-SignedHeaders", &signed_headers.join(";"));
        let steps = self.steps(&request, Form::Query, &signed_headers);
        request.push_query("X-Amz-Signature", &steps.signature);
        (request, steps)
    }

    /// As [`Self::sign`], with what was computed.
    pub fn sign_in_steps(&self, mut request: Request) -> (Request, Steps) {
        request.push_header("X-Amz-Date", &self.date);
        let token = self
            .keys
            .session_token
            .as_deref()
            .map(|token| ("X-Amz-Security-Token", token));
        let added_afterwards = self.options.session_token == SessionTokenRule::AddedAfterwards;
        for (name, value) in token.iter().filter(|_| !added_afterwards) {
            request.push_header(name, value);
        }
        let signed_headers = signed_headers(&request);
        let steps = self.steps(&request, Form::Header, &signed_headers);
        for (name, value) in token.iter().filter(|_| added_afterwards) {
            request.push_header(name, value);
        }
        let (credential, names) = (self.credential(), signed_headers.join(";"));
        let authorization = format!(
            "{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={}",
            steps.signature
        );
        request.push_header("Authorization", &authorization);
        (request, steps)
    }

    fn steps(&self, request: &Request, form: Form, signed_headers: &[String]) -> Steps {
        let canonical_request = canonical_request(request, form, signed_headers, self.options);
        let string_to_sign = string_to_sign(&self.date, &self.scope, &canonical_request);
        let signature = signature(&self.keys.secret_access_key, &self.scope, &string_to_sign);
        Steps {
            canonical_request,
            string_to_sign,
            signature,
        }
    }

    fn credential(&self) -> String {
        format!("{}/{}", self.keys.access_key_id, self.scope)
    }
}

fn signed_headers(request: &Request) -> Vec<String> {
    let mut names: Vec<_> = request
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort();
    names.dedup();
    names
}
