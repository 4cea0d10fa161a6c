//! What aws-iam-authenticator makes of callers: which entry names them, whom they become, and
//! what nearly names them.

mod near_miss;
mod render;
pub mod report;

use iam_core::aws_auth::{Consumer, Entry, Outcome, SsoRoleMatch};
use iam_core::principal::Principal;

use crate::combined::Combined;

pub use near_miss::{NearMiss, Reason};

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
    pub entry: Option<&'a Entry>,
    /// Whether chance decides between several entries.
    pub is_ambiguous: bool,
    /// What nearly names the caller.
    pub near_misses: Vec<NearMiss<'a>>,
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

/// A document and its consumer.
#[derive(Debug)]
pub struct Explanation<'a> {
    combined: &'a Combined,
    consumer: Consumer<'a>,
    gate: SsoRoleMatch,
}

impl<'a> Explanation<'a> {
    /// Of `combined`, by a consumer whose gate `SSORoleMatch` is as told.
    #[must_use]
    pub fn new(combined: &'a Combined, gate: SsoRoleMatch) -> Self {
        let consumer = Consumer::new(&combined.document, gate);
        Self {
            combined,
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
                entry: None,
                is_ambiguous: false,
                near_misses: near_miss::of_text(&caller.arn, &self.combined.document),
            };
        };
        let canonical = principal.canonical_arn();
        let (endings, entries) = endings(&self.consumer, &principal, caller);
        let near_misses = near_miss::find(&principal, &canonical, &entries, self);
        Verdict {
            arn: caller.arn.clone(),
            canonical_arn: Some(canonical),
            session: session_name(&principal, caller),
            ending: endings.into_iter().next().unwrap_or(Ending::Unmapped),
            entry: entries.first().copied(),
            is_ambiguous: entries.len() > 1,
            near_misses,
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
    let values = render::Values {
        account: principal.account(),
        session: session(principal, session_name.as_deref()),
        access_key_id: caller.access_key_id.as_deref(),
    };
    let canonical = principal.canonical_arn();
    match consumer.lookup_canonical(&canonical) {
        Outcome::Entries(entries) => {
            let endings = entries.iter().map(|entry| render::entry(entry, &values));
            (endings.collect(), entries)
        }
        Outcome::Account(entry) => {
            let username = canonical;
            (vec![Ending::Account { username }], vec![entry])
        }
        Outcome::Unmapped => (vec![Ending::Unmapped], Vec::new()),
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
