//! What the stand-ins of AWS services that answer in JSON or plain text have in common: a server,
//! a clock, faults on demand, a journal. A service says what a request gets, and how it spells a
//! refusal.

mod fault;
mod lease;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use super::clock;
use super::http::Client;
use super::pki::Ca;
use super::serve::{Counts, Door, Faults, Journal, LoggedRequest, Reply, Server, Service, Tls};
use super::sigv4::Request;

pub use fault::Fault;
pub(crate) use fault::{Refusal, Spelling};
pub(crate) use lease::Lease;

use super::serve::Answer;

/// A running stand-in. It ends when dropped.
pub struct StandIn {
    scheme: &'static str,
    server: Server<Desk>,
}

/// What a request gets from a service at a time.
type Judge = dyn Fn(&Request, SystemTime) -> Result<Answer, Refusal> + Send + Sync;

struct Desk {
    judge: Box<Judge>,
    spelling: Spelling,
    faults: Faults<Fault>,
    journal: Journal,
    clock_shift: AtomicI64,
}

/// How a stand-in is reached.
#[derive(Clone, Copy)]
pub enum Front<'a> {
    /// `http://127.0.0.1:PORT`.
    Plain,
    /// `https://127.0.0.1:PORT`, its certificate by this CA also for `localhost` and these names.
    Tls(&'a Ca, &'a [&'a str]),
}

impl StandIn {
    pub(crate) fn start(
        front: Front<'_>,
        spelling: Spelling,
        judge: impl Fn(&Request, SystemTime) -> Result<Answer, Refusal> + Send + Sync + 'static,
    ) -> Self {
        let desk = Desk {
            judge: Box::new(judge),
            spelling,
            faults: Faults::default(),
            journal: Journal::default(),
            clock_shift: AtomicI64::new(0),
        };
        let (scheme, tls) = match front {
            Front::Plain => ("http", None),
            Front::Tls(ca, names) => {
                let names = [&["localhost", "127.0.0.1"], names].concat();
                ("https", Some(Tls::of(ca, &names)))
            }
        };
        let server = Server::start(tls, desk);
        Self { scheme, server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address())
    }

    /// A client of a plain one.
    pub fn client(&self) -> Client {
        Client::plain(self.address())
    }

    /// What it does to every request from now on.
    pub fn set_fault(&self, fault: Fault) {
        self.desk().faults.set(fault, None);
    }

    /// What it does to the next `times` requests.
    pub fn set_fault_for(&self, times: usize, fault: Fault) {
        self.desk().faults.set(fault, Some(times));
    }

    /// What it does to every request from now on but the next `spared`.
    pub fn set_fault_after(&self, spared: usize, fault: Fault) {
        self.desk().faults.set_after(spared, fault);
    }

    /// Answers as it should from now on, the requests that are held included.
    pub fn clear_fault(&self) {
        self.desk().faults.clear();
    }

    /// What happens to connections from now on. Leaving [`Door::Open`] closes those that are open.
    pub fn set_door(&self, door: Door) {
        self.server.set_door(door);
    }

    /// Its clock.
    pub fn now(&self) -> SystemTime {
        self.desk().now()
    }

    /// Sets its clock so many seconds ahead of the machine's; behind when negative.
    pub fn shift_clock(&self, seconds: i64) {
        self.desk().clock_shift.store(seconds, Ordering::SeqCst);
    }

    /// What it has seen so far.
    pub fn counts(&self) -> Counts {
        self.desk().journal.counts()
    }

    /// Every request so far, without anything secret.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.desk().journal.requests()
    }

    /// The verdicts on every request so far: `OK` or a code, faults aside.
    pub fn verdicts(&self) -> Vec<String> {
        let requests = self.requests().into_iter();
        requests.map(|request| request.verdict).collect()
    }

    /// Waits until it has read so many requests in all; false when the deadline came first.
    pub fn wait_for_requests(&self, count: usize, deadline: Duration) -> bool {
        self.desk().journal.wait_for(count, deadline)
    }

    fn desk(&self) -> &Desk {
        self.server.service()
    }
}

impl Desk {
    fn now(&self) -> SystemTime {
        clock::shifted(clock::now(), self.clock_shift.load(Ordering::SeqCst))
    }
}

impl Service for Desk {
    fn connected(&self) {
        self.journal.connection();
    }

    async fn reply(&self, request: Request) -> Reply {
        let result = (self.judge)(&request, self.now());
        let verdict = result
            .as_ref()
            .map_or_else(|refusal| refusal.code, |_| "OK");
        let (fault, clearing) = self.faults.next();
        self.journal.request(LoggedRequest::new(&request, verdict));
        let right = result.unwrap_or_else(|refusal| (self.spelling)(&refusal));
        fault::apply(fault, right.dated(self.now()), self.spelling, clearing).await
    }
}
