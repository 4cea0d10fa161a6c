//! What can be wrong with an STS.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// What it does to a request instead of, or before, answering.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Answers after that time.
    Delay(Duration),
    /// Answers once the fault is cleared; never, if it is not.
    Hold,
    /// 400 `Throttling`.
    Throttle,
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

/// What happens to connections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Door {
    /// They are served.
    Open,
    /// They are refused. The port stays taken.
    Refusing,
    /// They are accepted, and nothing is ever said on them.
    Silent,
    /// They are served with a certificate for another host.
    WrongCertificate,
}

/// The fault in force.
pub(super) struct Faults {
    plan: Mutex<Option<Plan>>,
    /// Counts the clearings, so that held requests hear of the next one.
    cleared: watch::Sender<u64>,
}

struct Plan {
    fault: Fault,
    times: Option<usize>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            plan: Mutex::default(),
            cleared: watch::Sender::new(0),
        }
    }
}

impl Faults {
    pub(super) fn set(&self, fault: Fault, times: Option<usize>) {
        *self.lock() = Some(Plan { fault, times });
    }

    pub(super) fn clear(&self) {
        *self.lock() = None;
        self.cleared.send_modify(|count| *count += 1);
    }

    /// The fault for one request, and what tells of the next clearing.
    pub(super) fn next(&self) -> (Option<Fault>, watch::Receiver<u64>) {
        let mut plan = self.lock();
        let clearing = self.cleared.subscribe();
        let fault = plan.as_mut().and_then(Plan::next);
        (fault, clearing)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Plan>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    fn next(&mut self) -> Option<Fault> {
        if let Some(times) = &mut self.times {
            *times = times.checked_sub(1)?;
        }
        Some(self.fault.clone())
    }
}
