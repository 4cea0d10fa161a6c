//! The id of an EC2 instance.

use std::fmt;

/// `i-` and 8 or 17 lower-case hexadecimal digits.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html>
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct InstanceId(String);

impl InstanceId {
    /// The id that a text is; a session's name is one where an instance speaks for itself.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("i-")?;
        let of_id = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_id = matches!(digits.len(), 8 | 17) && digits.bytes().all(of_id);
        is_id.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_hexadecimal_and_of_one_of_two_lengths() {
        for id in ["i-01234567", "i-0123456789abcdef0"] {
            assert_eq!(InstanceId::parse(id).unwrap().to_string(), id);
        }
        let none = [
            "",
            "i-",
            "i-0123456",
            "i-012345678",
            "i-0123456789abcdef",
            "i-0123456789abcdef01",
            "i-0123456789ABCDEF0",
            "i-0123456789abcdeg0",
            "i-0123456789abcde_0",
            "I-01234567",
            "i-01234567 ",
            "i-\u{660}1234567",
        ];
        for text in none {
            assert_eq!(InstanceId::parse(text), None, "{text}");
        }
    }
}
