//! What becomes of callers: which entry names them, whom they become by what aws-iam-authenticator
//! makes of it, and what nearly names them.

mod near_miss;
mod render;
pub mod report;
mod standing;

use iam_core::access_entry::{AccessEntry, PolicyBinding};
use iam_core::aws_auth::{Consumer, Entry, Outcome, SsoRoleMatch};
use iam_core::principal::Principal;

use crate::access_entries::{AccessEntries, Placed};
use crate::combined::Combined;
use crate::rbac::Rbac;
use crate::rights::{Rights, User};

pub use near_miss::{NearMiss, Reason};
pub use standing::{Idle, Standing};

/// Who asks, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The ARN as it was given.
    pub arn: String,
    /// The session's name, where the ARN is that of a role.
    pub session: Option<String>,
    /// The id of the access key.
    pub access_key_id: Option<String>,
}

/// What becomes of a caller.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict<'a> {
    /// The ARN as it was given.
    pub arn: String,
    /// The ARN that is looked up; none where the ARN is not that of a caller.
    pub canonical_arn: Option<String>,
    /// The session's name.
    pub session: Option<String>,
    /// How it ends.
    pub ending: Ending,
    /// The entry that names the caller; the first one where chance decides.
    pub by: Option<By<'a>>,
    /// Whether chance decides between several entries.
    pub is_ambiguous: bool,
    /// What nearly names the caller.
    pub near_misses: Vec<NearMiss<'a>>,
}

/// What names a caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By<'a> {
    /// An entry of aws-auth.
    AwsAuth(&'a Entry),
    /// An access entry, before which aws-auth is not asked.
    AccessEntry(&'a Placed),
}

/// How a login ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending {
    /// The caller becomes this user.
    Mapped {
        /// Its name.
        username: String,
        /// Its groups.
        groups: Vec<String>,
    },
    /// The caller's account is listed: its ARN is its name.
    Account {
        /// Its name.
        username: String,
    },
    /// Nothing names the caller.
    Unmapped,
    /// An entry names the caller, and its template cannot be filled in.
    Denied {
        /// Why.
        reason: &'static str,
    },
    /// The ARN is not that of a caller.
    Unsupported,
}

impl Ending {
    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Mapped { .. } => "mapped",
            Self::Account { .. } => "account",
            Self::Unmapped => "unmapped",
            Self::Denied { .. } => "denied",
            Self::Unsupported => "unsupported",
        }
    }
}

impl<'a> Verdict<'a> {
    /// What the caller may do; none who is not let in may do anything.
    #[must_use]
    pub fn rights(&self, rbac: &'a Rbac) -> Option<Rights<'a>> {
        let user = match &self.ending {
            Ending::Mapped { username, groups } => {
                User::new(username, groups.iter().map(String::as_str))
            }
            Ending::Account { username } => User::new(username, []),
            Ending::Unmapped | Ending::Denied { .. } | Ending::Unsupported => return None,
        };
        Some(user.rights(rbac, self.policies()))
    }

    fn policies(&self) -> &'a [PolicyBinding] {
        match self.by {
            Some(By::AccessEntry(placed)) => placed.entry.policies(),
            Some(By::AwsAuth(_)) | None => &[],
        }
    }
}

/// A document and its consumer, and the access entries beside it.
#[derive(Debug)]
pub struct Explanation<'a> {
    combined: &'a Combined,
    access_entries: &'a AccessEntries,
    consumer: Consumer<'a>,
    gate: SsoRoleMatch,
}

impl<'a> Explanation<'a> {
    /// Of `combined`, by a consumer whose gate `SSORoleMatch` is as told, beside access entries.
    #[must_use]
    pub fn new(
        combined: &'a Combined,
        access_entries: &'a AccessEntries,
        gate: SsoRoleMatch,
    ) -> Self {
        let consumer = Consumer::new(&combined.document, gate);
        Self {
            combined,
            access_entries,
            consumer,
            gate,
        }
    }

    /// What becomes of `caller`.
    #[must_use]
    pub fn verdict(&self, caller: &Caller) -> Verdict<'a> {
        let Ok(principal) = caller.arn.parse::<Principal>() else {
            return Verdict {
                arn: caller.arn.clone(),
                canonical_arn: None,
                session: caller.session.clone(),
                ending: Ending::Unsupported,
                by: None,
                is_ambiguous: false,
                near_misses: near_miss::of_text(&caller.arn, &self.combined.document),
            };
        };
        let canonical = principal.canonical_arn();
        let (endings, entries) = endings(&self.consumer, &principal, caller);
        if let Some(placed) = self.access_entries.find(&principal.key()) {
            return Verdict {
                arn: caller.arn.clone(),
                canonical_arn: Some(canonical),
                session: session_name(&principal, caller),
                ending: of_access_entry(&placed.entry, &principal, caller),
                by: Some(By::AccessEntry(placed)),
                is_ambiguous: false,
                near_misses: near_miss::shadowed(&entries),
            };
        }
        let near_misses = near_miss::find(&principal, &canonical, &entries, self);
        Verdict {
            arn: caller.arn.clone(),
            canonical_arn: Some(canonical),
            session: session_name(&principal, caller),
            ending: endings.into_iter().next().unwrap_or(Ending::Unmapped),
            by: entries.first().copied().map(By::AwsAuth),
            is_ambiguous: entries.len() > 1,
            near_misses,
        }
    }

    /// Where what names a caller stands: its list, its place in it, its file and line.
    #[must_use]
    pub fn place(&self, by: By<'a>) -> (&'static str, usize, &'a str, usize) {
        match by {
            By::AwsAuth(entry) => {
                let (file, line) = self.combined.place(entry);
                (entry.section.key(), entry.index, file, line)
            }
            By::AccessEntry(Placed { file, entry }) => {
                ("accessEntries", entry.index(), file, entry.position().line)
            }
        }
    }

    /// Whether some caller could get the entry.
    #[must_use]
    pub fn is_effective(&self, entry: &Entry) -> bool {
        self.consumer.is_effective(entry)
    }
}

/// The ways in which a login of `principal` may end, never none, and the entries that decide it: of
/// several, chance picks one.
pub(crate) fn endings<'a>(
    consumer: &Consumer<'a>,
    principal: &Principal,
    caller: &Caller,
) -> (Vec<Ending>, Vec<&'a Entry>) {
    let session_name = session_name(principal, caller);
    let values = values(principal, session_name.as_deref(), caller);
    let canonical = principal.canonical_arn();
    match consumer.lookup_canonical(&canonical) {
        Outcome::Entries(entries) => {
            let ending = |entry: &&Entry| {
                let groups = entry.groups.iter().map(String::as_str);
                render::names(&entry.username, groups, &values)
            };
            let endings = entries.iter().map(ending);
            (endings.collect(), entries)
        }
        Outcome::Account(entry) => {
            let username = canonical;
            (vec![Ending::Account { username }], vec![entry])
        }
        Outcome::Unmapped => (vec![Ending::Unmapped], Vec::new()),
    }
}

fn of_access_entry(entry: &AccessEntry, principal: &Principal, caller: &Caller) -> Ending {
    let session_name = session_name(principal, caller);
    let values = values(principal, session_name.as_deref(), caller);
    let groups: Vec<String> = entry.groups().iter().map(ToString::to_string).collect();
    let groups = groups.iter().map(String::as_str);
    render::names(&entry.username().to_string(), groups, &values)
}

fn values<'s>(
    principal: &Principal,
    session_name: Option<&'s str>,
    caller: &'s Caller,
) -> render::Values<'s> {
    render::Values {
        account: principal.account(),
        session: session(principal, session_name),
        access_key_id: caller.access_key_id.as_deref(),
    }
}

/// The session's name: that of the ARN, or what is told besides.
fn session_name(principal: &Principal, caller: &Caller) -> Option<String> {
    let named = principal.session_name().map(str::to_owned);
    named.or_else(|| caller.session.clone())
}

/// What is known of the session: a user has none, a role without a name has one that is unknown.
fn session<'s>(principal: &Principal, name: Option<&'s str>) -> render::Session<'s> {
    match (principal.role_name(), name) {
        (Some(_), Some(name)) => render::Session::Named(name),
        (Some(_), None) => render::Session::Unknown,
        (None, _) => render::Session::None,
    }
}
