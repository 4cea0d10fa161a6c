//! What an audit line says.

use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use iam_core::time::Rfc3339;

use crate::authenticate::{AuditFacts, Granted};
use crate::json::{self, Object};
use crate::metrics::GRANTED;
use crate::refusal::{Refusal, RefusalClass};

/// A review that was decided, or could not be.
#[derive(Debug)]
pub struct Decision<'a> {
    /// Who was let in, or why nobody.
    pub outcome: Result<&'a Granted, &'a Refusal>,
    /// When the request arrived.
    pub now: SystemTime,
    /// How long the decision took.
    pub latency: Duration,
}

/// Names requests so that no two of one machine are alike.
#[derive(Debug)]
pub(super) struct RequestIds {
    process: u32,
    next: AtomicU64,
}

impl RequestIds {
    pub(super) fn new() -> Self {
        // The hasher's keys come from the system's random numbers.
        let bytes = RandomState::new().hash_one(0_u8).to_be_bytes();
        let [a, b, c, d, ..] = bytes;
        Self {
            process: u32::from_be_bytes([a, b, c, d]),
            next: AtomicU64::new(1),
        }
    }

    pub(super) fn next(&self) -> RequestId {
        RequestId(self.process, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

impl Decision<'_> {
    /// Appends the line with its end.
    pub(super) fn write(&self, ids: &RequestIds, bytes: &mut Vec<u8>) {
        json::object(bytes, |line| {
            line.text("audit", "authenticate");
            line.shown("time", Milliseconds(self.now));
            line.shown("requestId", ids.next());
            line.text("result", self.result());
            line.text(
                "reason",
                self.outcome.map_or_else(Refusal::word, |_| GRANTED),
            );
            let facts = match self.outcome {
                Ok(granted) => Some(&granted.facts),
                Err(refusal) => refusal.facts(),
            };
            let scrubbed = facts.is_some_and(AuditFacts::scrubbed);
            match self.outcome {
                Ok(granted) => {
                    line.text("username", &granted.username);
                    line.text("uid", &granted.uid);
                    line.texts("groups", &granted.groups);
                }
                Err(_) if scrubbed => {}
                Err(refusal) => line.shown("detail", refusal),
            }
            if let Some(facts) = facts {
                write_facts(facts, line);
            }
            if scrubbed {
                line.value("scrubbed", &true);
            }
            line.value("latencyMs", &milliseconds(self.latency));
        });
        bytes.push(b'\n');
    }

    fn result(&self) -> &'static str {
        match self.outcome.map_err(Refusal::class) {
            Ok(_) => GRANTED,
            Err(RefusalClass::Denied) => "denied",
            Err(RefusalClass::Unavailable) => "unavailable",
        }
    }
}

/// What is known of the caller; of a scrubbed account its getters tell nothing.
fn write_facts(facts: &AuditFacts, line: &mut Object<'_>) {
    let mut text = |key, text: Option<&str>| {
        if let Some(text) = text {
            line.text(key, text);
        }
    };
    let account = facts.account();
    text("arn", facts.arn());
    text("canonicalArn", facts.canonical_arn());
    text("account", (!facts.scrubbed()).then_some(account.as_str()));
    text("accessKeyId", facts.access_key_id());
    text("sessionName", facts.session_name());
    if let Some(source) = facts.source() {
        line.shown("source", source);
    }
    line.text("stsHost", facts.sts_host().name());
    if let Some(cluster_id) = facts.cluster_id() {
        line.text("clusterId", cluster_id.as_str());
    }
    line.value("fromCache", &facts.from_cache());
    if facts.stale() {
        line.value("stale", &true);
    }
}

pub(super) struct RequestId(u32, u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.0, self.1)
    }
}

/// RFC 3339 with milliseconds.
pub(super) struct Milliseconds(pub(super) SystemTime);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since_1970 = self
            .0
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        SECOND.with_borrow_mut(|(second, text)| {
            if *second != Some(since_1970.as_secs()) {
                *second = Some(since_1970.as_secs());
                *text = Rfc3339::nearest(self.0).to_string();
            }
            let whole = text.trim_end_matches('Z');
            write!(f, "{whole}.{:03}Z", since_1970.subsec_millis())
        })
    }
}

thread_local! {
    /// A second and its text: many decisions share one.
    static SECOND: RefCell<(Option<u64>, String)> = const { RefCell::new((None, String::new())) };
}

/// With three decimals.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    let microseconds = u32::try_from(duration.as_micros()).unwrap_or(u32::MAX);
    f64::from(microseconds) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Result<&Granted, &Refusal>) -> String {
        let ids = RequestIds {
            process: 0xabcd,
            next: AtomicU64::new(7),
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_042);
        let decision = Decision {
            outcome,
            now,
            latency: Duration::from_micros(1234),
        };
        let mut bytes = Vec::new();
        decision.write(&ids, &mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_denial_says_why() {
        let expected = concat!(
            r#"{"audit":"authenticate","time":"2023-11-14T22:13:20.042Z","#,
            r#""requestId":"0000abcd-7","result":"denied","reason":"audience_not_served","#,
            r#""detail":"none of the audiences asked for is served","latencyMs":1.234}"#,
            "\n",
        );
        assert_eq!(line(Err(&Refusal::AudienceNotServed)), expected);
    }

    #[test]
    fn a_lack_of_an_answer_is_no_denial() {
        let text = line(Err(&Refusal::DeadlineExceeded));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["result"], "unavailable");
        assert_eq!(value["reason"], "deadline_exceeded");
    }

    #[test]
    fn request_ids_of_one_process_differ() {
        let ids = RequestIds::new();
        let (first, second) = (ids.next(), ids.next());
        assert_eq!(first.0, second.0);
        assert_ne!(first.1, second.1);
    }
}
