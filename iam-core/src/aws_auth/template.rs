//! Templates of usernames and groups.

mod parse;
mod render;

use std::fmt;

use crate::account::AccountId;

pub use parse::TemplateError;
pub(crate) use render::RESERVED_PREFIXES;
pub use render::RenderError;

/// A username or group with placeholders: `system:node:{{EC2PrivateDNSName}}`.
///
/// `parse` and `Display` are inverses.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Part {
    Literal(Box<str>),
    Variable(Variable),
}

/// A placeholder.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Variable {
    /// The private DNS name of the EC2 instance whose id is the session's name.
    Ec2PrivateDnsName,
    /// The caller's account.
    AccountId,
    /// The caller's session name, `-` for each `@`; empty for a caller without a session.
    SessionName,
    /// The caller's session name as it is.
    SessionNameRaw,
    /// The access key that signed the request.
    AccessKeyId,
}

impl Variable {
    /// Every placeholder.
    pub const ALL: [Self; 5] = [
        Self::Ec2PrivateDnsName,
        Self::AccountId,
        Self::SessionName,
        Self::SessionNameRaw,
        Self::AccessKeyId,
    ];

    /// The name inside the braces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ec2PrivateDnsName => "EC2PrivateDNSName",
            Self::AccountId => "AccountID",
            Self::SessionName => "SessionName",
            Self::SessionNameRaw => "SessionNameRaw",
            Self::AccessKeyId => "AccessKeyID",
        }
    }

    /// Whether the caller chooses the value.
    #[must_use]
    pub const fn is_session_name(self) -> bool {
        matches!(self, Self::SessionName | Self::SessionNameRaw)
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{{}}}}}", self.name())
    }
}

/// What placeholders stand for, for one caller.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// The caller's account.
    pub account: AccountId,
    /// The caller's session, if it has one.
    pub session_name: Option<&'a str>,
    /// The id of the access key that signed the request.
    pub access_key_id: &'a str,
    /// The private DNS name of the caller's instance, if it was asked for.
    pub ec2_private_dns_name: Option<&'a str>,
}

impl Template {
    /// Whether rendering needs [`Values::ec2_private_dns_name`].
    #[must_use]
    pub fn needs_ec2_private_dns_name(&self) -> bool {
        self.variables()
            .any(|variable| variable == Variable::Ec2PrivateDnsName)
    }

    /// The placeholders in order.
    pub fn variables(&self) -> impl Iterator<Item = Variable> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(variable) => Some(*variable),
            Part::Literal(_) => None,
        })
    }

    /// The text before the first placeholder; all of it when there is none.
    #[must_use]
    pub fn literal_prefix(&self) -> &str {
        match self.parts.first() {
            Some(Part::Literal(text)) => text,
            Some(Part::Variable(_)) | None => "",
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Literal(text) => f.write_str(text),
            Part::Variable(variable) => variable.fmt(f),
        })
    }
}

#[cfg(test)]
mod tests;
