//! One request after the other: the verdict, the fault in force, the journal.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::answer::Format;
use super::fault::Fault;
use super::ledger::Ledger;
use super::reply::reply;
use super::verdict::verdict;
use crate::support::clock;
use crate::support::scan::Secrets;
use crate::support::serve::{Faults, Journal, LoggedRequest, Reply, Service};
use crate::support::sigv4::{Claim, Request};

/// What the story and the server share.
pub(super) struct Desk {
    pub(super) secrets: Secrets,
    pub(super) faults: Faults<Fault>,
    pub(super) journal: Journal,
    ledger: Mutex<Ledger>,
    clock_shift: AtomicI64,
    request_count: AtomicU64,
}

impl Desk {
    pub(super) fn new(secrets: Secrets) -> Self {
        Self {
            ledger: Mutex::new(Ledger::new(secrets.clone())),
            secrets,
            faults: Faults::default(),
            journal: Journal::default(),
            clock_shift: AtomicI64::new(0),
            request_count: AtomicU64::new(0),
        }
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> SystemTime {
        clock::shifted(clock::now(), self.clock_shift.load(Ordering::SeqCst))
    }

    pub(super) fn shift_clock(&self, seconds: i64) {
        self.clock_shift.store(seconds, Ordering::SeqCst);
    }

    fn next_request_id(&self) -> String {
        let number = self.request_count.fetch_add(1, Ordering::SeqCst);
        format!("00000000-0000-4000-8000-{number:012x}")
    }
}

impl Service for Desk {
    fn connected(&self) {
        self.journal.connection();
    }

    async fn reply(&self, request: Request) -> Reply {
        let format = Format::of_accept(request.header("accept").as_deref());
        let result = verdict(&request, &mut self.ledger(), self.now());
        let claim = Claim::of(&request).ok();
        if let Some(claim) = &claim {
            self.secrets.add("signature", &claim.signature);
        }
        let (fault, clearing) = self.faults.next();
        let word = match &result {
            Some(Ok(_)) => "OK",
            Some(Err(error)) => error.code,
            None => "NoAction",
        };
        let logged = LoggedRequest::new(&request, word);
        self.journal
            .request(logged.with_access_key_id(claim.map(|claim| claim.access_key_id)));
        let reply = reply(result, fault, format, &self.next_request_id(), clearing).await;
        match reply {
            Reply::Answer(answer) => Reply::Answer(answer.dated(self.now())),
            Reply::Truncated(answer) => Reply::Truncated(answer.dated(self.now())),
            Reply::Close => Reply::Close,
        }
    }
}
