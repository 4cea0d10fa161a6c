//! One entry: what is there, what is done about it, and whether it holds.

use std::collections::BTreeMap;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use iam_aws::eks::{self, AccessEntries, AccessPolicy, Created, EksError, NewEntry};
use iam_core::error_chain::ErrorChain;
use tokio::time::sleep;

use super::{Difference, Existing, Failure, Outcome, Run, difference};
use crate::migrate::AccessEntry;

/// An entry on its way.
pub(super) struct Step<'a> {
    pub(super) entries: AccessEntries<'a>,
    pub(super) wanted: &'a AccessEntry,
    pub(super) existing: Existing,
    pub(super) run: Run,
}

/// An entry as EKS describes it.
type Described = (eks::AccessEntry, Vec<AccessPolicy>);

impl Step<'_> {
    /// Takes the step; `named` is the principal of the entry that is there.
    pub(super) async fn take(&self, named: Option<&str>) -> Outcome {
        let taken = match named {
            Some(arn) => self.meet(arn).await,
            None if self.run == Run::Dry => Ok(Outcome::Created),
            None => self.create().await,
        };
        taken.unwrap_or_else(Outcome::Failed)
    }

    async fn create(&self) -> Result<Outcome, Failure> {
        let arn = self.wanted.principal.to_string();
        let created = self.entries.create(&new(self.wanted)).await;
        match created.map_err(not_made)? {
            // Made meanwhile, or by a call of ours whose answer was lost.
            Created::Taken => self.meet(&arn).await,
            Created::Done => {
                self.associate(&arn, &self.wanted.access_policies).await?;
                self.verify(&arn).await?;
                Ok(Outcome::Created)
            }
        }
    }

    /// What is done about the entry of `arn`, which is there.
    async fn meet(&self, arn: &str) -> Result<Outcome, Failure> {
        let Some(found) = self.read(arn, |_| true).await? else {
            return Err(Failure::new(
                "EKS lists its access entry, and does not find it",
            ));
        };
        let differences = difference::between(self.wanted, &found);
        if differences.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        let is_half_made = found.0.tags.contains_key(TAG)
            && differences.iter().all(Difference::is_of_a_missing_policy);
        let is_fixed = differences.iter().any(Difference::is_of_the_type);
        match self.existing {
            Existing::Kept | Existing::Updated if is_half_made => {
                self.change(arn, &differences).await?;
                Ok(Outcome::Completed(differences))
            }
            Existing::Updated if !is_fixed => {
                self.change(arn, &differences).await?;
                Ok(Outcome::Updated(differences))
            }
            Existing::Kept | Existing::Updated => Ok(Outcome::Differs(differences)),
        }
    }

    /// Brings what is there to what is wanted: what is given comes before what is taken.
    async fn change(&self, arn: &str, differences: &[Difference]) -> Result<(), Failure> {
        if self.run == Run::Dry {
            return Ok(());
        }
        if differences.iter().any(Difference::is_of_the_names)
            && let Some(username) = self.wanted.full_username()
        {
            let groups = &self.wanted.kubernetes_groups;
            self.entries.update(arn, &username, groups).await?;
        }
        self.associate(arn, differences.iter().filter_map(Difference::given))
            .await?;
        for policy in differences.iter().filter_map(Difference::taken) {
            self.entries.disassociate(arn, &policy.policy_arn).await?;
        }
        self.verify(arn).await
    }

    async fn associate(
        &self,
        arn: &str,
        policies: impl IntoIterator<Item = &AccessPolicy>,
    ) -> Result<(), Failure> {
        for policy in policies {
            self.entries.associate(arn, policy).await?;
        }
        Ok(())
    }

    async fn verify(&self, arn: &str) -> Result<(), Failure> {
        let differences = |found: &Described| difference::between(self.wanted, found);
        let found = self
            .read(arn, |found| differences(found).is_empty())
            .await?;
        let Some(found) = found else {
            return Err(Failure::new(
                "EKS took its access entry, and does not find it",
            ));
        };
        let differences = differences(&found);
        if differences.is_empty() {
            return Ok(());
        }
        let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
        Err(Failure::new(format!(
            "what is read is not what was written: {}",
            differences.join("; ")
        )))
    }

    /// Reads the entry until it suffices, for a while: EKS shows after seconds what was written.
    async fn read(
        &self,
        arn: &str,
        suffices: impl Fn(&Described) -> bool,
    ) -> Result<Option<Described>, Failure> {
        let mut pauses = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(5))
            .with_max_times(READS - 1)
            .build();
        loop {
            let found = self.entries.describe(arn).await?;
            match pauses.next() {
                Some(pause) if !found.as_ref().is_some_and(&suffices) => sleep(pause).await,
                Some(_) | None => return Ok(found),
            }
        }
    }
}

/// The entry as it is made. One whose policies follow carries a tag until the end of time: by it a
/// later run knows that it may bind what is missing.
fn new(wanted: &AccessEntry) -> NewEntry {
    let mut tags = BTreeMap::new();
    if !wanted.access_policies.is_empty() {
        tags.insert(TAG.to_owned(), "made".to_owned());
    }
    NewEntry {
        principal_arn: wanted.principal.to_string(),
        entry_type: wanted.entry_type.to_string(),
        username: wanted.username.clone(),
        kubernetes_groups: wanted.kubernetes_groups.clone(),
        tags,
    }
}

/// Why EKS does not take an entry.
fn not_made(error: EksError) -> Failure {
    let hint = match error.code() {
        Some("InvalidParameterException") => {
            "if EKS does not know the principal: it has to exist, and a role has to be named with \
             its path: aws iam get-role tells it, --arn-map takes it"
        }
        Some("ResourceLimitExceededException") => "delete access entries that nobody needs",
        _ => return error.into(),
    };
    Failure {
        hint: Some(hint.to_owned()),
        ..error.into()
    }
}

impl Failure {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            hint: Some("apply again: what is there is compared first".to_owned()),
            is_of_all: false,
        }
    }
}

impl From<EksError> for Failure {
    fn from(error: EksError) -> Self {
        Self {
            reason: ErrorChain(&error).to_string(),
            hint: error.hint(),
            is_of_all: error.is_about_the_way(),
        }
    }
}

/// On entries that were made here.
const TAG: &str = "aws-auth-sync/migrate-apply";

/// Over about fifteen seconds.
const READS: usize = 8;
