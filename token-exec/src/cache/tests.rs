//! The cache as one process uses it, by an invented clock.

#[cfg(unix)]
mod cleaning;
mod forms;
#[cfg(unix)]
mod hostile;
mod lines;
mod refusals;
mod serving;

use std::cell::Cell;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use iam_core::region::Region;
use iam_core::sts_host::{DualStack, Fips};
use iam_core::token::Token;
use tempfile::TempDir;
use thiserror::Error;

use super::*;
use crate::sign::presign;

/// A cache of its own, a clock, and how often something was fetched.
struct World {
    _root: TempDir,
    cache: CacheDir,
    now: Cell<SystemTime>,
    fetched: Cell<u32>,
}

#[derive(Debug, Eq, Error, PartialEq)]
#[error("nobody answers")]
struct Failure;

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let cache = CacheDir {
            path: root.path().join("caches").join("token-exec"),
        };
        Self {
            _root: root,
            cache,
            now: Cell::new(start()),
            fetched: Cell::new(0),
        }
    }

    /// At `seconds` after the start.
    fn at(&self, seconds: u64) -> &Self {
        self.now.set(start() + Duration::from_secs(seconds));
        self
    }

    fn clock(&self) -> impl Fn() -> SystemTime {
        || self.now.get()
    }

    /// Asks for the token as `parent`; says how many seconds after the start it was signed.
    fn token_for(&self, parent: Option<Parent>) -> u64 {
        self.ask_token(Refresh::Early, parent, true).unwrap()
    }

    fn ask_token(
        &self,
        refresh: Refresh,
        parent: Option<Parent>,
        sts_answers: bool,
    ) -> Result<u64, Failure> {
        let clock = self.clock();
        let ask = ask(&clock, refresh, parent);
        let signed = self.cache.token(&key(), &host("us-west-2"), &ask, |_| {
            self.fetched.set(self.fetched.get() + 1);
            if sts_answers {
                Ok(signed(self.now.get(), "us-west-2"))
            } else {
                Err(Failure)
            }
        })?;
        Ok(signed.signed_at.duration_since(start()).unwrap().as_secs())
    }

    /// Asks for credentials as `parent`; says whether they had to be fetched.
    fn credentials_for(&self, parent: Option<Parent>) -> bool {
        self.ask_credentials(Refresh::Early, parent, Duration::from_hours(1))
    }

    fn ask_credentials(&self, refresh: Refresh, parent: Option<Parent>, life: Duration) -> bool {
        let before = self.fetched.get();
        let clock = self.clock();
        let ask = ask(&clock, refresh, parent);
        let expiry = Some(self.now.get() + life);
        let found = self.cache.credentials(&key(), &ask, |_| {
            self.fetched.set(before + 1);
            Ok::<_, Failure>(Credentials {
                expiry,
                ..credentials()
            })
        });
        assert_eq!(texts(&found.unwrap()), texts(&credentials()));
        self.fetched.get() > before
    }

    fn file(&self, suffix: &str) -> PathBuf {
        self.cache.path.join(format!("{}{suffix}", key()))
    }

    /// The names in the directory, with the key left out.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(&self.cache.path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| name.replace(&key().to_string(), "KEY"))
            .collect();
        names.sort_unstable();
        names
    }
}

fn ask(clock: &dyn Fn() -> SystemTime, refresh: Refresh, parent: Option<Parent>) -> Ask<'_> {
    Ask {
        clock,
        parent,
        wait: Duration::ZERO,
        refresh,
        seed: 1,
    }
}

fn key() -> Key {
    KeyBuilder::new("test").finish()
}

fn host(region: &str) -> StsHost {
    StsHost::Regional {
        region: region.parse::<Region>().unwrap(),
        fips: Fips::No,
        dual_stack: DualStack::No,
    }
}

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".parse().unwrap(),
        secret_access_key: SECRET.parse().unwrap(),
        session_token: Some(SESSION_TOKEN.parse().unwrap()),
        expiry: None,
    }
}

fn signed(at: SystemTime, region: &str) -> SignedToken {
    let cluster = "test-cluster".parse().unwrap();
    let request = presign(&credentials(), host(region), &cluster, at).unwrap();
    SignedToken {
        token: Token::mint(&request),
        signed_at: at,
        expiration: at + Duration::from_mins(14),
    }
}

fn texts(credentials: &Credentials) -> (&str, &str, Option<&str>) {
    (
        credentials.access_key_id.as_str(),
        credentials.secret_access_key.expose(),
        credentials
            .session_token
            .as_ref()
            .map(|token| token.expose()),
    )
}

fn parent(id: u32) -> Option<Parent> {
    Some(Parent::new(id, 1_000))
}

/// 2023-11-14T22:13:20Z
fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SESSION_TOKEN: &str = "FwoGZXIvYXdzEJr//////////wEaDEXAMPLE=";
