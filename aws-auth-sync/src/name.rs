//! Names of which a part may be unknown.

use iam_core::account::AccountId;
use iam_core::aws_auth::Variable;

/// A username or group: a text, or what is known around placeholders that only a login fills in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Name {
    /// What stands around the placeholders: one text more than there are of those, never none.
    literals: Vec<String>,
}

/// How surely a name is another.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Fit {
    /// It is.
    Certain,
    /// It can become so, by what a login fills in.
    Possible,
}

impl Name {
    /// A name in which the consumer's placeholders may stand.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut literals = vec![text.to_owned()];
        for variable in Variable::ALL {
            let placeholder = variable.to_string();
            let split = literals.iter().flat_map(|text| text.split(&placeholder));
            literals = split.map(str::to_owned).collect();
        }
        Self { literals }
    }

    /// The name of any user or role of an account, its ARN.
    #[must_use]
    pub fn of_account(account: AccountId) -> Self {
        Self {
            literals: vec!["arn:".to_owned(), format!("::{account}:"), String::new()],
        }
    }

    /// Whether it begins so, whatever is filled in.
    pub(crate) fn begins_with(&self, start: &str) -> bool {
        let first = self.literals.first();
        first.is_some_and(|literal| literal.starts_with(start))
    }

    /// The name, where all of it is known.
    #[must_use]
    pub fn whole(&self) -> Option<&str> {
        match self.literals.as_slice() {
            [whole] => Some(whole),
            _ => None,
        }
    }

    /// Whether it is, or can become, `name`.
    #[must_use]
    pub fn fit(&self, name: &str) -> Option<Fit> {
        let (first, rest) = self.literals.split_first()?;
        let Some((last, middle)) = rest.split_last() else {
            return (name == first).then_some(Fit::Certain);
        };
        let within = name.strip_prefix(first.as_str())?;
        let mut within = within.strip_suffix(last.as_str())?;
        for literal in middle {
            (_, within) = within.split_once(literal.as_str())?;
        }
        Some(Fit::Possible)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_may_become_any_text() {
        for (template, name, expected) in [
            ("ann", "ann", Some(Fit::Certain)),
            ("ann", "anna", None),
            ("dev:{{SessionName}}", "dev:ann", Some(Fit::Possible)),
            ("dev:{{SessionName}}", "dev:", Some(Fit::Possible)),
            ("dev:{{SessionName}}", "ops:ann", None),
            (
                "{{AccountID}}:{{SessionName}}:x",
                "1:ann:x",
                Some(Fit::Possible),
            ),
            ("{{AccountID}}:{{SessionName}}:x", "1:x", None),
            ("a{{SessionName}}a", "a", None),
            ("{{SessionName}}", "system:admin", Some(Fit::Possible)),
            ("{{ SessionName }}", "ann", None),
            ("{{ SessionName }}", "{{ SessionName }}", Some(Fit::Certain)),
        ] {
            assert_eq!(Name::new(template).fit(name), expected, "{template} {name}");
        }
    }

    #[test]
    fn whoever_comes_by_an_account_is_called_by_an_arn_of_it() {
        let name = Name::of_account("111122223333".parse().unwrap());
        for (arn, expected) in [
            ("arn:aws:iam::111122223333:user/ann", Some(Fit::Possible)),
            ("arn:aws:iam::444455556666:user/ann", None),
            ("ann", None),
        ] {
            assert_eq!(name.fit(arn), expected, "{arn}");
        }
    }
}
