//! The nine query parameters of a presigned request, and no other.

use std::fmt;

use super::percent::Text;

/// A query parameter that a presigned request may carry. Names are case-sensitive.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Parameter {
    /// `Action`
    Action,
    /// `Version`
    Version,
    /// `X-Amz-Algorithm`
    Algorithm,
    /// `X-Amz-Credential`
    Credential,
    /// `X-Amz-Date`
    Date,
    /// `X-Amz-Expires`
    Expires,
    /// `X-Amz-SignedHeaders`
    SignedHeaders,
    /// `X-Amz-Security-Token`, with temporary keys only.
    SecurityToken,
    /// `X-Amz-Signature`
    Signature,
}

impl Parameter {
    /// Every parameter, in the order that we write them, which is that of botocore.
    pub const ALL: [Self; 9] = [
        Self::Action,
        Self::Version,
        Self::Algorithm,
        Self::Credential,
        Self::Date,
        Self::Expires,
        Self::SignedHeaders,
        Self::SecurityToken,
        Self::Signature,
    ];

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Action => "Action",
            Self::Version => "Version",
            Self::Algorithm => "X-Amz-Algorithm",
            Self::Credential => "X-Amz-Credential",
            Self::Date => "X-Amz-Date",
            Self::Expires => "X-Amz-Expires",
            Self::SignedHeaders => "X-Amz-SignedHeaders",
            Self::SecurityToken => "X-Amz-Security-Token",
            Self::Signature => "X-Amz-Signature",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|parameter| parameter.name() == name)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The decoded value of each parameter found.
#[derive(Default)]
pub(super) struct Values<'a> {
    action: Option<Text<'a>>,
    version: Option<Text<'a>>,
    algorithm: Option<Text<'a>>,
    credential: Option<Text<'a>>,
    date: Option<Text<'a>>,
    expires: Option<Text<'a>>,
    signed_headers: Option<Text<'a>>,
    security_token: Option<Text<'a>>,
    signature: Option<Text<'a>>,
}

impl<'a> Values<'a> {
    pub(super) fn get(&self, parameter: Parameter) -> Option<&str> {
        let value = match parameter {
            Parameter::Action => &self.action,
            Parameter::Version => &self.version,
            Parameter::Algorithm => &self.algorithm,
            Parameter::Credential => &self.credential,
            Parameter::Date => &self.date,
            Parameter::Expires => &self.expires,
            Parameter::SignedHeaders => &self.signed_headers,
            Parameter::SecurityToken => &self.security_token,
            Parameter::Signature => &self.signature,
        };
        value.as_deref()
    }

    pub(super) fn slot(&mut self, parameter: Parameter) -> &mut Option<Text<'a>> {
        match parameter {
            Parameter::Action => &mut self.action,
            Parameter::Version => &mut self.version,
            Parameter::Algorithm => &mut self.algorithm,
            Parameter::Credential => &mut self.credential,
            Parameter::Date => &mut self.date,
            Parameter::Expires => &mut self.expires,
            Parameter::SignedHeaders => &mut self.signed_headers,
            Parameter::SecurityToken => &mut self.security_token,
            Parameter::Signature => &mut self.signature,
        }
    }
}
