//! Reading a template.

use std::str::FromStr;

use super::{Part, Template, Variable};
use crate::{aws_auth::nearest::nearest, excerpt::Excerpt};

/// Why a text is no template. Braces are reserved: a misspelt placeholder would otherwise become
/// part of the name, the same for everybody.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TemplateError {
    /// A placeholder that does not exist.
    #[error("unknown placeholder {{{{{}}}}}{}", Excerpt(found), did_you_mean(*meant))]
    Unknown {
        /// What stands between the braces.
        found: String,
        /// The placeholder that is probably meant.
        meant: Option<Variable>,
    },
    /// `{{` without `}}`.
    #[error("a placeholder begins with {{{{ and does not end")]
    Unclosed,
    /// `}}` without `{{`.
    #[error("a placeholder ends with }}}} and does not begin")]
    Unopened,
}

fn did_you_mean(meant: Option<Variable>) -> String {
    meant.map_or_else(String::new, |variable| {
        format!(": did you mean {variable}?")
    })
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// A placeholder that is unknown or misspelt, blanks inside the braces included; unbalanced
    /// double braces.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        // Most names hold no brace, and searching for two together takes longer to set up.
        if !text.is_empty() && !text.contains(['{', '}']) {
            let parts = vec![Part::Literal(text.into())];
            return Ok(Self { parts });
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once(OPEN) {
            push_literal(literal, &mut parts)?;
            let (name, after) = after.split_once(CLOSE).ok_or(TemplateError::Unclosed)?;
            parts.push(Part::Variable(variable(name)?));
            rest = after;
        }
        push_literal(rest, &mut parts)?;
        Ok(Self { parts })
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

fn push_literal(literal: &str, parts: &mut Vec<Part>) -> Result<(), TemplateError> {
    if literal.contains(CLOSE) {
        return Err(TemplateError::Unopened);
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal.into()));
    }
    Ok(())
}

fn variable(name: &str) -> Result<Variable, TemplateError> {
    Variable::ALL
        .into_iter()
        .find(|variable| variable.name() == name)
        .ok_or_else(|| {
            let meant = nearest(name, &Variable::ALL.map(Variable::name));
            TemplateError::Unknown {
                found: name.to_owned(),
                meant: Variable::ALL
                    .into_iter()
                    .find(|variable| Some(variable.name()) == meant),
            }
        })
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
