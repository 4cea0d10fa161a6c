//! A template with a caller's values put in.

use std::borrow::Cow;

use super::{Part, Template, Values, Variable};

/// Why a caller cannot have the name that a template makes for it: a definite denial.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RenderError {
    /// `{{EC2PrivateDNSName}}`, and the caller is no instance whose name is known.
    #[error("the caller has no EC2 private DNS name")]
    NoEc2PrivateDnsName,
    /// Nothing is left, as where a caller without a session meets `{{SessionName}}`.
    #[error("the rendered name is empty")]
    Empty,
    /// A character other than printable ASCII.
    #[error("the rendered name holds {}", character.escape_default())]
    Character {
        /// The first such character.
        character: char,
    },
    /// The values, not the template, make the name begin like a reserved one.
    #[error("the rendered name begins with the reserved prefix {prefix}")]
    ReservedPrefix {
        /// The prefix.
        prefix: &'static str,
    },
    /// A value brings in a `:` or `/`, which divide the parts of names.
    #[error("the value of {variable} holds {separator}")]
    Separator {
        /// The placeholder.
        variable: Variable,
        /// The separator.
        separator: char,
    },
}

impl Template {
    /// Puts `values` in, once: what they contain is not looked at for placeholders.
    ///
    /// # Errors
    /// [`RenderError`]: the caller is to be denied.
    pub fn render(&self, values: &Values<'_>) -> Result<String, RenderError> {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => name.push_str(text),
                Part::Variable(variable) => name.push_str(&variable.value(values)?),
            }
        }
        self.check(name)
    }

    fn check(&self, name: String) -> Result<String, RenderError> {
        if name.trim().is_empty() {
            return Err(RenderError::Empty);
        }
        if let Some(character) = name.chars().find(|c| !matches!(c, ' '..='~')) {
            return Err(RenderError::Character { character });
        }
        let literal = self.literal_prefix();
        let gained = |prefix: &&str| name.starts_with(prefix) && !literal.starts_with(prefix);
        match RESERVED_PREFIXES.into_iter().find(|prefix| gained(prefix)) {
            Some(prefix) => Err(RenderError::ReservedPrefix { prefix }),
            None => Ok(name),
        }
    }
}

impl Variable {
    fn value<'a>(self, values: &Values<'a>) -> Result<Cow<'a, str>, RenderError> {
        let session_name = values.session_name.unwrap_or_default();
        let value = match self {
            Self::AccountId => return Ok(Cow::Owned(values.account.as_str().to_owned())),
            Self::SessionName => Cow::Owned(session_name.replace('@', "-")),
            Self::SessionNameRaw => Cow::Borrowed(session_name),
            Self::AccessKeyId => Cow::Borrowed(values.access_key_id),
            Self::Ec2PrivateDnsName => Cow::Borrowed(
                values
                    .ec2_private_dns_name
                    .ok_or(RenderError::NoEc2PrivateDnsName)?,
            ),
        };
        match value
            .chars()
            .find(|character| matches!(character, ':' | '/'))
        {
            Some(separator) => Err(RenderError::Separator {
                variable: self,
                separator,
            }),
            None => Ok(value),
        }
    }
}

/// What names of Kubernetes and of AWS begin with; EKS reserves the same in access entries:
/// <https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html>
pub(crate) const RESERVED_PREFIXES: [&str; 5] = ["system:", "eks:", "aws:", "amazon:", "iam:"];
