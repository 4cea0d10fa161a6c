//! The closed sets that label values come from.

/// The outcome of a review in the peer's words, label `result`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReviewResult {
    /// The caller is let in.
    Success,
    /// The request is no TokenReview.
    MalformedRequest,
    /// The token breaks a rule, or STS refuses it.
    InvalidToken,
    /// Nothing maps the caller, or his mapping cannot be used.
    UnknownUser,
    /// STS could not be asked, or its answer makes no sense; also the webhook's own overload.
    StsError,
    /// STS asks to be asked less.
    StsThrottling,
}

/// The outcome of an access review.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthorizeResult {
    /// An access policy allows it.
    Allowed,
    /// Others decide.
    NoOpinion,
    /// The access entries have not loaded.
    Unavailable,
    /// The request is no SubjectAccessReview.
    MalformedRequest,
}

/// What the cache of verified callers had to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CacheOutcome {
    /// A fresh entry.
    Hit,
    /// An older entry, served because STS cannot be asked.
    Stale,
    /// The same token was being asked about.
    Joined,
    /// A token that STS rejected a moment ago.
    Rejected,
    /// Nothing: STS is asked.
    Miss,
}

/// Why a connection of a client ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConnectionEnd {
    /// Regularly.
    Closed,
    /// By an error of the protocol or the network.
    Failed,
    /// The TLS handshake failed.
    HandshakeFailed,
    /// The TLS handshake took too long.
    HandshakeSlow,
    /// The head of a request took too long.
    HeadSlow,
    /// Nothing was asked for too long.
    Idle,
    /// The client took nothing of an answer for too long.
    WriteSlow,
    /// Too many connections, in all or from one address.
    Refused,
}

/// How a renewed reading of certificate files ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReloadResult {
    /// The new files are in use.
    Loaded,
    /// The new files are faulty; the old ones stay in use.
    Kept,
}

impl ReviewResult {
    pub(super) const ALL: [Self; 6] = [
        Self::Success,
        Self::MalformedRequest,
        Self::InvalidToken,
        Self::UnknownUser,
        Self::StsError,
        Self::StsThrottling,
    ];

    /// The label value.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::MalformedRequest => "malformed_request",
            Self::InvalidToken => "invalid_token",
            // The peer's spelling.
            Self::UnknownUser => "uknown_user",
            Self::StsError => "sts_error",
            Self::StsThrottling => "sts_throttling",
        }
    }
}

impl AuthorizeResult {
    pub(super) const ALL: [Self; 4] = [
        Self::Allowed,
        Self::NoOpinion,
        Self::Unavailable,
        Self::MalformedRequest,
    ];

    /// The label value.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NoOpinion => "no_opinion",
            Self::Unavailable => "unavailable",
            Self::MalformedRequest => "malformed_request",
        }
    }
}

impl ConnectionEnd {
    pub(super) const ALL: [Self; 8] = [
        Self::Closed,
        Self::Failed,
        Self::HandshakeFailed,
        Self::HandshakeSlow,
        Self::HeadSlow,
        Self::Idle,
        Self::WriteSlow,
        Self::Refused,
    ];

    /// The label value.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Failed => "failed",
            Self::HandshakeFailed => "handshake_failed",
            Self::HandshakeSlow => "handshake_slow",
            Self::HeadSlow => "head_slow",
            Self::Idle => "idle",
            Self::WriteSlow => "write_slow",
            Self::Refused => "refused",
        }
    }
}

impl CacheOutcome {
    pub(super) const ALL: [Self; 5] = [
        Self::Hit,
        Self::Stale,
        Self::Joined,
        Self::Rejected,
        Self::Miss,
    ];

    /// The label value.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Stale => "stale",
            Self::Joined => "joined",
            Self::Rejected => "rejected",
            Self::Miss => "miss",
        }
    }
}

impl ReloadResult {
    pub(super) const ALL: [Self; 2] = [Self::Loaded, Self::Kept];

    /// The label value.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::Kept => "kept",
        }
    }
}
