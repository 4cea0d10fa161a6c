//! A token's way to a Kubernetes user, one line and no way back:
//! known already, or parsed, asked of STS and verified; then looked up and rendered.

mod grant;
mod instance;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use iam_core::account::AccountId;
use iam_core::cluster::ClusterId;
use iam_core::sts_host::ListedHost;
use tokio::time::Instant;

use crate::callers::{Age, VerifiedCallers};
use crate::ec2::Instances;
use crate::identity::Caller;
use crate::mappings::{MappingPlace, Sources};
use crate::refusal::Refusal;

pub use grant::Scrub;

use grant::NotGranted;

/// Decides who a token is. One per process, shared by all connections.
#[derive(Debug)]
pub struct Authenticator {
    callers: VerifiedCallers,
    sources: Arc<Sources>,
    scrub: Scrub,
    instances: Instances,
}

impl Authenticator {
    /// Puts the steps together.
    #[must_use]
    pub fn new(
        callers: VerifiedCallers,
        sources: Arc<Sources>,
        scrub: Scrub,
        instances: Instances,
    ) -> Self {
        Self {
            callers,
            sources,
            scrub,
            instances,
        }
    }

    /// Finds out whom `token` stands for at `now`, and as whom he is known to the cluster.
    ///
    /// # Errors
    /// A [`Refusal`]: a definite denial, or that the question could not be answered now.
    pub async fn authenticate(&self, token: &str, now: SystemTime) -> Result<Granted, Refusal> {
        let (caller, age) = self.callers.verify(token, now).await?;
        let facts = AuditFacts::new(caller, age, &self.scrub);
        match self.grant(facts, None) {
            Ok(granted) => Ok(granted),
            Err(NotGranted::Refused(refusal)) => Err(refusal),
            // Boxed: few callers are instances.
            Err(NotGranted::Unnamed(facts)) => Box::pin(self.grant_instance(facts)).await,
        }
    }

    /// The mappings are looked at anew: EC2 may have taken its time.
    async fn grant_instance(&self, facts: AuditFacts) -> Result<Granted, Refusal> {
        let deadline = Instant::now() + LONGEST_QUESTION;
        let name = instance::name(&facts, &self.instances, deadline).await?;
        match self.grant(facts, Some(&name)) {
            Ok(granted) => Ok(granted),
            Err(NotGranted::Refused(refusal)) => Err(refusal),
            Err(NotGranted::Unnamed(facts)) => Err(Refusal::NotRendered {
                facts: Box::new(facts),
                detail: "{{EC2PrivateDNSName}} cannot be filled in".to_owned(),
            }),
        }
    }

    fn grant(&self, facts: AuditFacts, instance: Option<&str>) -> Result<Granted, NotGranted> {
        let mappings = self.sources.snapshot();
        grant::grant(facts, &mappings, self.sources.reserved_prefixes(), instance)
    }
}

/// A user, and what the audit line says of the decision.
#[derive(Debug)]
pub struct Granted {
    /// The name, rendered.
    pub username: String,
    /// `aws-iam-authenticator:<account>:<principal id>`.
    pub uid: String,
    /// The groups, rendered.
    pub groups: Vec<String>,
    /// What the log is told.
    pub facts: AuditFacts,
}

impl Granted {
    /// What kube-apiserver is told.
    #[must_use]
    pub fn user(&self) -> UserInfo<'_> {
        UserInfo {
            username: &self.username,
            uid: &self.uid,
            groups: &self.groups,
            extra: grant::extra(&self.facts),
        }
    }
}

/// `status.user` of a TokenReview.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserInfo<'a> {
    /// The name.
    pub username: &'a str,
    /// The unique id.
    pub uid: &'a str,
    /// The groups.
    pub groups: &'a [String],
    /// The extra keys, each with one value; none for scrubbed accounts.
    pub extra: Vec<(&'static str, &'a str)>,
}

/// What is known of a verified caller, for the audit line.
///
/// For a scrubbed account the getters of the principal answer `None`: what is not there cannot
/// be logged by mistake.
#[derive(Clone, Debug)]
pub struct AuditFacts {
    caller: Arc<Caller>,
    age: Age,
    scrubbed: bool,
    source: Option<MappingPlace>,
}

impl AuditFacts {
    fn new(caller: Arc<Caller>, age: Age, scrub: &Scrub) -> Self {
        let scrubbed = scrub.covers(caller.account());
        Self {
            caller,
            age,
            scrubbed,
            source: None,
        }
    }

    /// The ARN that mappings name: `arn:aws:iam::111122223333:role/Admin`.
    #[must_use]
    pub fn canonical_arn(&self) -> Option<&str> {
        self.open().map(Caller::canonical_arn)
    }

    /// The ARN as STS gave it.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        self.open().map(Caller::arn)
    }

    /// The account, which scrubbing leaves.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.caller.account()
    }

    /// The id of the access key that signed.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.open().map(Caller::access_key_id)
    }

    /// The session's name, for those principals that have one.
    #[must_use]
    pub fn session_name(&self) -> Option<&str> {
        self.open().and_then(Caller::session_name)
    }

    /// Where the mapping stands that let the caller in: `MountedFile mapRoles[2] line 14`.
    #[must_use]
    pub fn source(&self) -> Option<&MappingPlace> {
        self.source.as_ref()
    }

    /// The STS host that was asked.
    #[must_use]
    pub fn sts_host(&self) -> &ListedHost {
        self.caller.host()
    }

    /// The cluster that the token is signed for, where more than one is served.
    #[must_use]
    pub fn cluster_id(&self) -> Option<&ClusterId> {
        self.caller.cluster_id()
    }

    /// Whether STS was not asked for this very request.
    #[must_use]
    pub fn from_cache(&self) -> bool {
        match self.age {
            Age::New => false,
            Age::Fresh | Age::Stale => true,
        }
    }

    /// Whether the caller is known from before an outage of STS.
    #[must_use]
    pub fn stale(&self) -> bool {
        self.age == Age::Stale
    }

    /// Whether the account is one of which nothing is logged.
    #[must_use]
    pub fn scrubbed(&self) -> bool {
        self.scrubbed
    }

    fn open(&self) -> Option<&Caller> {
        (!self.scrubbed).then_some(&*self.caller)
    }
}

/// Whoever waits for a name ends with his request, or then.
const LONGEST_QUESTION: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
