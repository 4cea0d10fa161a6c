//! C01: the caller's own access.

use iam_core::excerpt::Excerpt;
use iam_core::principal::Principal;

use super::{Change, Code, Guard, Named};
use crate::explain::{self, Caller, Ending};

/// Refuses to lose or weaken the access of whoever makes the change.
pub(super) fn check(change: &Change<'_>, caller: Option<&Principal>) -> Option<Guard> {
    let caller = caller?;
    let known = Caller {
        arn: caller.to_string(),
        ..Caller::default()
    };
    let (before, entries) = explain::endings(&change.before.consumer, caller, &known);
    let (after, _) = explain::endings(&change.after.consumer, caller, &known);
    let covers = |after: &Ending| before.iter().all(|before| covers(before, after));
    if before == after || after.iter().all(covers) {
        return None;
    }
    let entry = entries.first()?;
    let (now, then) = (before.first()?, after.first()?);
    let message = format!(
        "{} names you, {caller}: now you are {}, then you would be {}",
        Named::from(*entry),
        Standing(now),
        Standing(then),
    );
    Some(Guard::new(Code::OwnAccess, message))
}

/// Whether a login that ended one way loses nothing where it ends the other way.
fn covers(before: &Ending, after: &Ending) -> bool {
    let Some((username, groups)) = names(before) else {
        return true;
    };
    names(after).is_some_and(|(then, given)| {
        then == username && groups.iter().all(|group| given.contains(group))
    })
}

/// What a login gives, where it succeeds.
fn names(ending: &Ending) -> Option<(&str, &[String])> {
    match ending {
        Ending::Mapped { username, groups } => Some((username, groups)),
        Ending::Account { username } => Some((username, &[])),
        Ending::Unmapped | Ending::Denied { .. } | Ending::Unsupported => None,
    }
}

struct Standing<'a>(&'a Ending);

impl std::fmt::Display for Standing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((username, groups)) = names(self.0) else {
            return f.write_str("nobody");
        };
        let groups: Vec<String> = groups
            .iter()
            .map(|group| Excerpt(group).to_string())
            .collect();
        write!(f, "{} [{}]", Excerpt(username), groups.join(", "))
    }
}
