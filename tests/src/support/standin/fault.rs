//! Refusals and faults, whatever the service.

use std::time::Duration;

use tokio::sync::watch;

use crate::support::serve::{Answer, Reply};

/// What a service does not do, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// How a service spells a refusal.
pub(crate) type Spelling = fn(&Refusal) -> Answer;

/// What it does to a request instead of, or before, answering.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Answers after that time.
    Delay(Duration),
    /// Answers once the fault is cleared; never, if it is not.
    Hold,
    /// An error of the service, spelled as it spells them.
    Error {
        /// Its status.
        status: u16,
        /// Its code.
        code: &'static str,
    },
    /// Closes the connection instead of answering.
    CloseBeforeAnswer,
    /// Promises the whole body, sends half of it and closes the connection.
    TruncatedBody,
    /// 302 to that URL.
    Redirect(String),
    /// The right answer after so many bytes of white space.
    Oversize(usize),
    /// 200 with a body that says nothing.
    Garbage,
    /// 200 without a body.
    EmptyBody,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: &str) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
        }
    }
}

/// What leaves instead of the right answer. A held request waits for `clearing`.
pub(super) async fn apply(
    fault: Option<Fault>,
    right: Answer,
    spelling: Spelling,
    mut clearing: watch::Receiver<u64>,
) -> Reply {
    let other = |body: &str| Answer::new(200, "application/json", body);
    Reply::Answer(match fault {
        None => right,
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            right
        }
        Some(Fault::Hold) => {
            // An error means that the server is gone, and with it this connection.
            drop(clearing.changed().await);
            right
        }
        Some(Fault::Error { status, code }) => {
            spelling(&Refusal::new(status, code, "an error on demand"))
        }
        Some(Fault::CloseBeforeAnswer) => return Reply::Close,
        Some(Fault::TruncatedBody) => return Reply::Truncated(right),
        Some(Fault::Redirect(location)) => Answer::redirect(&location),
        Some(Fault::Oversize(len)) => right.map_body(|body| " ".repeat(len) + &body),
        Some(Fault::Garbage) => other("<html>{"),
        Some(Fault::EmptyBody) => other(""),
    })
}
