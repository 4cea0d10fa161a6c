//! What can be wrong with an STS.

use std::time::Duration;

/// What it does to a request instead of, or before, answering.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Answers after that time.
    Delay(Duration),
    /// Answers once the fault is cleared; never, if it is not.
    Hold,
    /// 400 `Throttling`.
    Throttle,
    /// 403 `AccessDenied`.
    AccessDenied,
    /// 400 `IDPCommunicationError`.
    IdpCommunicationError,
    /// 500 `InternalFailure`.
    InternalFailure,
    /// 503 `ServiceUnavailable`.
    Unavailable,
    /// Closes the connection instead of answering.
    CloseBeforeAnswer,
    /// Promises the whole body, sends half of it and closes the connection.
    TruncatedBody,
    /// 302 to that URL.
    Redirect(String),
    /// The right answer after so many bytes of white space.
    Oversize(usize),
    /// 200 with a body that is no JSON.
    Garbage,
    /// 200 without a body.
    EmptyBody,
    /// The right body as `text/html`.
    WrongContentType,
    /// XML, although JSON was asked for.
    Xml,
    /// `Arn` twice, the last another principal's.
    DuplicateKeys,
    /// An answer that contradicts itself.
    Contradiction(Contradiction),
}

/// Which value of an answer belongs to somebody else.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Contradiction {
    /// `Account` is not the account of the ARN.
    Account,
    /// The ARN is of another partition than the host.
    Partition,
    /// The ARN is no principal's.
    Arn,
    /// `UserId` is not of the kind of principal, or of the session, that the ARN names.
    UserId,
}
