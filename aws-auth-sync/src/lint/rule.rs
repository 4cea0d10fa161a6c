//! The rules: code, severity, and in one sentence why it matters.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something is written that does not act as it reads, or gives what must not be given.
    Error,
    /// It acts, perhaps not as meant.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// Its code, which stays as it is for ever.
    pub code: &'static str,
    /// How bad it usually is.
    pub severity: Severity,
    /// What it asks for, in a few words.
    pub title: &'static str,
    /// Why it matters, in one sentence.
    pub why: &'static str,
}

/// The rule of a code.
///
/// # Panics
/// When there is none: codes are written in this crate only, and a test looks them all up.
#[must_use]
pub fn rule(code: &str) -> &'static Rule {
    RULES
        .binary_search_by(|rule| rule.code.cmp(code))
        .ok()
        .and_then(|at| RULES.get(at))
        .unwrap_or(&UNKNOWN)
}

const UNKNOWN: Rule = row(
    "F00",
    E,
    "a rule without a code",
    "This is a fault of aws-auth-sync.",
);

const fn row(
    code: &'static str,
    severity: Severity,
    title: &'static str,
    why: &'static str,
) -> Rule {
    Rule {
        code,
        severity,
        title,
        why,
    }
}

use Severity::{Error as E, Info as I, Warning as W};

/// All rules, by their codes.
pub const RULES: &[Rule] = &[
    row(
        "A01",
        E,
        "malformed ARN",
        "No caller has such an ARN, so the entry lets nobody in.",
    ),
    row(
        "A02",
        E,
        "role ARN with a path",
        "STS leaves the path out of a session's ARN, so the entry matches nobody.",
    ),
    row(
        "A03",
        E,
        "instance profile instead of its role",
        "Nodes call as the role in the profile, so they never join by this entry.",
    ),
    row(
        "A04",
        E,
        "session ARN instead of the role's",
        "Sessions are looked up by their role, so this session's ARN matches nobody.",
    ),
    row(
        "A05",
        E,
        "ARN of something that cannot log in",
        "Only users, roles, federated users and the root call STS; groups and policies never do.",
    ),
    row(
        "A06",
        E,
        "wildcard in an ARN",
        "ARNs are compared letter by letter: a wildcard matches nobody.",
    ),
    row(
        "A07",
        E,
        "account that is not twelve digits",
        "The ARN matches nobody; a leading zero lost on the way is the usual cause.",
    ),
    row(
        "A08",
        W,
        "partition unknown or another than the cluster's",
        "ARNs of another partition never reach this cluster.",
    ),
    row(
        "A09",
        W,
        "region in an IAM ARN",
        "IAM's ARNs have no region, so the entry matches nobody.",
    ),
    row(
        "A10",
        W,
        "account outside of allowedAccounts",
        "A slip in the account number lets a stranger's account in.",
    ),
    row(
        "A11",
        E,
        "user with another path in IAM",
        "A user's ARN shows its path, so the entry matches nobody.",
    ),
    row(
        "A12",
        W,
        "name that IAM does not allow",
        "No such user or role can exist, so the entry is dead.",
    ),
    row(
        "A13",
        W,
        "AWSReservedSSO role without its suffix",
        "The role's real name ends in sixteen hexadecimal digits that change when the permission set is provisioned anew.",
    ),
    row(
        "A14",
        W,
        "service-linked role",
        "AWS makes and removes such roles itself, and they cannot become access entries.",
    ),
    row(
        "A15",
        W,
        "root of an account",
        "Every session of the account's root user gets these rights, and cannot be told apart.",
    ),
    row(
        "A16",
        W,
        "no such user or role in IAM",
        "The entry is dead, and whoever makes a principal of that name gets its rights.",
    ),
    row(
        "A17",
        E,
        "role named twice",
        "The last entry counts whole; the groups of the earlier one are lost.",
    ),
    row(
        "A18",
        E,
        "user named twice",
        "Which of the entries counts is left to chance, or the earlier one is lost.",
    ),
    row(
        "A19",
        E,
        "principal in mapRoles and mapUsers",
        "The entry in mapRoles counts; the other one is dead.",
    ),
    row(
        "A20",
        W,
        "case other than IAM's",
        "aws-iam-authenticator takes both alike; access entries do not.",
    ),
    row(
        "A21",
        W,
        "one username for several principals",
        "Audit logs and RBAC cannot tell them apart.",
    ),
    row(
        "D01",
        E,
        "not YAML",
        "One such place empties the whole list: every node or every person in it is locked out.",
    ),
    row(
        "D02",
        E,
        "tab in the indentation",
        "YAML forbids it, and it empties the whole list.",
    ),
    row(
        "D03",
        E,
        "section that is not text",
        "The API server refuses the ConfigMap: its values are strings, written with |.",
    ),
    row(
        "D04",
        E,
        "section that is not a list",
        "The consumer reads no entry of it.",
    ),
    row(
        "D05",
        E,
        "second document in a section",
        "Everything behind --- is ignored in silence.",
    ),
    row(
        "D06",
        E,
        "misspelt section",
        "Nothing reads the key, so everybody in it is locked out.",
    ),
    row(
        "D07",
        W,
        "unknown data key",
        "Nothing reads it, and other tools delete it when they write.",
    ),
    row(
        "D08",
        E,
        "other name or namespace",
        "Only the ConfigMap aws-auth in kube-system is read.",
    ),
    row(
        "D09",
        W,
        "immutable ConfigMap",
        "Nobody can change it any more, EKS included, so new node groups fail.",
    ),
    row("D10", E, "content in binaryData", "It is never read."),
    row(
        "D11",
        E,
        "too large",
        "The API server refuses objects of more than 1 MiB.",
    ),
    row(
        "D12",
        W,
        "invisible or foreign characters",
        "Names that look alike are not equal, and such text is hard to review once Kubernetes has quoted it.",
    ),
    row(
        "D13",
        W,
        "key given twice",
        "The last one counts in silence; other tools refuse the text.",
    ),
    row(
        "D14",
        W,
        "anchors, aliases or tags",
        "Other tools write them out or lose them.",
    ),
    row(
        "D15",
        W,
        "no roles",
        "Nodes without an access entry of their own cannot join the cluster.",
    ),
    row(
        "D16",
        I,
        "comments",
        "Other tools that write aws-auth drop all comments; this one keeps them.",
    ),
    row(
        "D17",
        E,
        "placeholder left in",
        "It is taken as it stands, so the entry names nobody or gives the wrong group.",
    ),
    row(
        "D18",
        E,
        "template eaten by another one",
        "All nodes would share one bogus name: Helm needs {{\"{{\"}}EC2PrivateDNSName}}.",
    ),
    row(
        "D19",
        W,
        "very many entries",
        "The consumer looks through all of them at every login, and a cluster takes only 3,000 access entries.",
    ),
    row(
        "F01",
        E,
        "not a source",
        "What is not understood cannot be checked.",
    ),
    row(
        "F02",
        E,
        "against the native format",
        "render, plan and apply refuse it.",
    ),
    row(
        "F03",
        W,
        "not taken along",
        "Only entries that name an ARN or an account are read.",
    ),
    row(
        "F04",
        E,
        "no such object of Kubernetes",
        "The API server refuses it, and nobody knows what it would have given.",
    ),
    row(
        "G01",
        E,
        "node groups without a node's name, or the reverse",
        "Such a node cannot register.",
    ),
    row(
        "G02",
        E,
        "Windows nodes without eks:kube-proxy-windows",
        "kube-proxy cannot run on them, and DNS fails.",
    ),
    row(
        "G03",
        E,
        "Fargate without system:node-proxier",
        "Its pods stay pending.",
    ),
    row(
        "G04",
        W,
        "person or program in system:nodes",
        "The group reads secrets of every pod on a node.",
    ),
    row(
        "G05",
        W,
        "system:masters",
        "It passes by RBAC and every webhook, and cannot be revoked there.",
    ),
    row(
        "G06",
        W,
        "group that Kubernetes gives itself",
        "Every caller has it already, or must never have it.",
    ),
    row(
        "G07",
        W,
        "group without a binding",
        "Its members log in and are then forbidden everything.",
    ),
    row(
        "G08",
        W,
        "reserved group",
        "system: groups belong to Kubernetes, and cannot become groups of access entries.",
    ),
    row(
        "P01",
        W,
        "whole account let in",
        "Every user and role of the account can log in, by its ARN as username.",
    ),
    row(
        "P02",
        E,
        "account that is not a quoted number",
        "Other tools read it as a number and write another account back.",
    ),
    row(
        "P03",
        E,
        "sso block",
        "EKS does not match it, and the consumer only with a feature gate on.",
    ),
    row(
        "P04",
        E,
        "partition in an sso block",
        "A fault of the consumer makes such an entry match nobody.",
    ),
    row("S01", E, "no ARN", "The entry is dropped."),
    row("S02", E, "rolearn and sso", "The entry is dropped."),
    row(
        "S03",
        W,
        "unknown key",
        "It is ignored; a misspelt groups gives no groups.",
    ),
    row(
        "S04",
        W,
        "key in another case",
        "The consumer reads it, other tools do not.",
    ),
    row(
        "S05",
        E,
        "key in two spellings",
        "One of them counts in silence.",
    ),
    row(
        "S06",
        E,
        "value that YAML 1.1 does not take for text",
        "The consumer takes it for the empty text.",
    ),
    row(
        "S07",
        E,
        "groups that are no list",
        "They are dropped: the caller logs in and may do nothing.",
    ),
    row(
        "S08",
        E,
        "name with a stray dash, a line break or blanks around it",
        "It is one name, and nobody is bound by it; a slipped indentation is the usual cause.",
    ),
    row(
        "S09",
        W,
        "no username",
        "Audit logs show nobody, and a node cannot register.",
    ),
    row(
        "S10",
        W,
        "no groups",
        "The caller logs in, and only what is bound to the username is allowed.",
    ),
    row(
        "S11",
        W,
        "group given twice",
        "Some tools add it again at every run.",
    ),
    row(
        "S12",
        W,
        "userid",
        "It is not compared, and other tools drop it.",
    ),
    row(
        "S13",
        E,
        "key of the other list",
        "The consumer ignores it, and drops the entry.",
    ),
    row(
        "S14",
        W,
        "ARN of the other list",
        "It works by accident; other tools misread it.",
    ),
    row("S15", E, "item that is no entry", "It is dropped."),
    row(
        "T01",
        E,
        "unknown placeholder",
        "It stays as it is written and becomes part of the name.",
    ),
    row(
        "T02",
        E,
        "EC2PrivateDNSName outside of nodes",
        "Whoever is not an EC2 instance is denied every login by this entry.",
    ),
    row(
        "T03",
        E,
        "unquoted value that begins with {{",
        "YAML takes it for a mapping, and that empties the whole list.",
    ),
    row(
        "T04",
        W,
        "session name of a user",
        "A user has no session: the placeholder is empty.",
    ),
    row(
        "T05",
        W,
        "username that the caller chooses",
        "Whoever may assume the role picks a session name, and thereby any username.",
    ),
    row(
        "T06",
        W,
        "raw session name in a node's name",
        "@ is no letter of a node's name.",
    ),
    row(
        "T07",
        E,
        "group that the caller chooses",
        "Whoever may assume the role picks a session name, and thereby any group.",
    ),
    row(
        "T08",
        W,
        "placeholder that access entries do not know",
        "The entry cannot be carried over to an access entry as it is.",
    ),
    row(
        "U01",
        E,
        "reserved username",
        "The consumer does not refuse it: the caller becomes a part of Kubernetes itself, with its rights.",
    ),
    row(
        "U02",
        E,
        "one fixed node name",
        "Every node of the role would be the same one, and NodeRestriction fails.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_found_by_their_codes() {
        assert!(RULES.is_sorted_by_key(|rule| rule.code));
        for found in RULES {
            assert_eq!(rule(found.code), found);
            assert!(found.why.ends_with('.'), "{}", found.code);
        }
    }
}
