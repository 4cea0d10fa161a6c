//! Templates as the consumer fills them in: one placeholder after the other, in the whole text.

use iam_core::account::AccountId;
use iam_core::aws_auth::Variable;

use super::Ending;

/// What is known of a caller.
pub(super) struct Values<'a> {
    pub(super) account: AccountId,
    pub(super) session: Session<'a>,
    pub(super) access_key_id: Option<&'a str>,
}

/// A caller's session.
#[derive(Clone, Copy)]
pub(super) enum Session<'a> {
    /// It has none, so that its name is empty.
    None,
    /// It has one, and nobody said which.
    Unknown,
    /// Its name.
    Named(&'a str),
}

/// The user that the templates of an entry make of a caller. What is not known stays a placeholder.
pub(super) fn names<'t>(
    username: &str,
    groups: impl Iterator<Item = &'t str>,
    values: &Values<'_>,
) -> Ending {
    let username = render(username, values);
    let groups: Option<Vec<String>> = groups.map(|group| render(group, values)).collect();
    match username.zip(groups) {
        Some((username, groups)) => Ending::Mapped { username, groups },
        None => Ending::Denied {
            reason: NO_INSTANCE,
        },
    }
}

fn render(template: &str, values: &Values<'_>) -> Option<String> {
    let is_instance = match values.session {
        Session::None => false,
        // It may be one.
        Session::Unknown => true,
        Session::Named(name) => is_instance_id(name),
    };
    if template.contains(&Variable::Ec2PrivateDnsName.to_string()) && !is_instance {
        return None;
    }
    let mut text = template.replace(&Variable::AccountId.to_string(), values.account.as_str());
    let name = match values.session {
        Session::None => Some(""),
        Session::Unknown => None,
        Session::Named(name) => Some(name),
    };
    if let Some(name) = name {
        text = text.replace(&Variable::SessionName.to_string(), &name.replace('@', "-"));
        text = text.replace(&Variable::SessionNameRaw.to_string(), name);
    }
    if let Some(id) = values.access_key_id {
        text = text.replace(&Variable::AccessKeyId.to_string(), id);
    }
    Some(text)
}

/// `^i-(\w{8}|\w{17})$`
fn is_instance_id(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.strip_prefix("i-")
        .is_some_and(|id| matches!(id.len(), 8 | 17) && id.bytes().all(is_word))
}

const NO_INSTANCE: &str = "{{EC2PrivateDNSName}} needs a session that is named by an EC2 instance";
