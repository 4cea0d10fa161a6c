//! What a look at the lease comes to.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use tokio::time::Instant;

use super::DURATION;

/// A state of the lease, and since when it is known. Times in the lease are of other clocks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Seen {
    version: Option<String>,
    pub(super) since: Instant,
}

/// What a replica may do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Claim {
    /// It holds the lease, and renews it.
    Renew,
    /// Nobody does any more: it takes it.
    Take,
    /// Another one holds it.
    Wait(String),
}

impl Seen {
    /// A look at the lease after another.
    pub(super) fn again(before: Option<Self>, lease: &Lease, now: Instant) -> Self {
        let version = lease.metadata.resource_version.clone();
        match before {
            Some(before) if before.version == version => before,
            Some(_) | None => Self {
                version,
                since: now,
            },
        }
    }
}

/// What `identity` may do with a lease that nobody has touched for `unchanged`.
pub(super) fn claim(lease: &Lease, identity: &str, unchanged: Duration) -> Claim {
    match holder(lease) {
        None => Claim::Take,
        Some(holder) if holder == identity => Claim::Renew,
        Some(_) if unchanged >= duration(lease) => Claim::Take,
        Some(holder) => Claim::Wait(holder.to_owned()),
    }
}

/// Who holds it; nobody where it was given back.
pub(super) fn holder(lease: &Lease) -> Option<&str> {
    let spec = lease.spec.as_ref()?;
    let holder = spec.holder_identity.as_deref();
    holder.filter(|holder| !holder.is_empty())
}

fn duration(lease: &Lease) -> Duration {
    let seconds = lease
        .spec
        .as_ref()
        .and_then(|spec| spec.lease_duration_seconds);
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    seconds.map_or(DURATION, Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::coordination::v1::LeaseSpec;

    use super::*;

    fn lease(holder: Option<&str>, seconds: Option<i32>) -> Lease {
        Lease {
            spec: Some(LeaseSpec {
                holder_identity: holder.map(str::to_owned),
                lease_duration_seconds: seconds,
                ..LeaseSpec::default()
            }),
            ..Lease::default()
        }
    }

    #[test]
    fn a_lease_is_taken_from_nobody_and_from_whoever_let_it_run_out() {
        let wait = Claim::Wait("other".to_owned());
        let table = [
            (Lease::default(), 0, Claim::Take),
            (lease(None, Some(15)), 0, Claim::Take),
            (lease(Some(""), Some(15)), 0, Claim::Take),
            (lease(Some("us"), Some(15)), 100, Claim::Renew),
            (lease(Some("other"), Some(15)), 14, wait.clone()),
            (lease(Some("other"), Some(15)), 15, Claim::Take),
            (lease(Some("other"), Some(60)), 59, wait.clone()),
            (lease(Some("other"), None), 14, wait.clone()),
            (lease(Some("other"), Some(-1)), 14, wait),
            (lease(Some("other"), None), 15, Claim::Take),
        ];
        for (lease, unchanged, expected) in table {
            let found = claim(&lease, "us", Duration::from_secs(unchanged));
            assert_eq!(found, expected, "{lease:?} {unchanged}");
        }
    }

    #[test]
    fn a_lease_counts_as_unchanged_since_its_version_was_first_seen() {
        let at = |version: &str| {
            let mut lease = Lease::default();
            lease.metadata.resource_version = Some(version.to_owned());
            lease
        };
        let begin = Instant::now();
        let later = begin + DURATION;
        let first = Seen::again(None, &at("1"), begin);
        assert_eq!(
            Seen::again(Some(first.clone()), &at("1"), later).since,
            begin
        );
        assert_eq!(Seen::again(Some(first), &at("2"), later).since, later);
    }
}
