//! Clusters as EKS tells of them.

mod error;
mod login;
mod side_by_side;

use std::time::SystemTime;

use iam_aws::environment::Environment;
use iam_aws::fetch::block_on;
use iam_aws::region::RegionName;
use iam_core::arn::Arn;
use iam_core::region::Region;

use crate::cluster::{Cluster, ClusterRef};
use crate::describe;
use crate::names::Profile;
pub use error::EksError;
pub(crate) use login::Login;
pub(crate) use side_by_side::{AT_ONCE, side_by_side};

/// What asking AWS goes by.
#[derive(Clone, Copy)]
pub struct Aws<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The time.
    pub clock: fn() -> SystemTime,
}

/// Which cluster EKS is asked about, and by whom.
#[derive(Clone, Debug)]
pub struct Question {
    /// The cluster. An ARN tells the region, too.
    pub reference: ClusterRef,
    /// `--region`
    pub region: Option<Region>,
    /// `--profile`
    pub profile: Option<Profile>,
    /// `--assume-role-arn`
    pub role: Option<Arn>,
}

/// Asks EKS about one cluster.
///
/// # Errors
/// When there are no credentials, EKS refuses or is not reached, or the cluster is none that a
/// kubeconfig can lead to.
pub fn describe(question: &Question, aws: &Aws<'_>) -> Result<Cluster, EksError> {
    let region = region(question)?;
    let profile = question.profile.as_ref().map(ToString::to_string);
    let login = Login {
        profile: profile.as_deref(),
        region: region.as_ref(),
        role: question.role.clone(),
    };
    let session = login.open(aws)?;
    let eks = session.eks(&session.context())?;
    let name = question.reference.name();
    let answer = block_on(eks.describe_cluster(name)).map_err(EksError::Fetch)??;
    let cluster = read(&answer, question, eks.region())?;
    if let Some(mode) = describe::authentication_mode(&answer) {
        tracing::info!(
            "{} admits callers by {} ({mode})",
            cluster.reference,
            mode.in_words()
        );
    }
    Ok(cluster)
}

/// The region to ask in: that of the ARN, which no other may contradict.
fn region(question: &Question) -> Result<Option<RegionName>, EksError> {
    let named = question.region.as_ref();
    let region = match (question.reference.region(), named) {
        (Some(own), Some(named)) if own != named => {
            return Err(EksError::OtherRegion {
                cluster: Box::new(question.reference.clone()),
                region: named.clone(),
            });
        }
        (own, named) => own.or(named),
    };
    // Every region is the name of one.
    Ok(region.and_then(|region| region.as_str().parse().ok()))
}

fn read(answer: &str, question: &Question, region: &Region) -> Result<Cluster, EksError> {
    let cluster = describe::parse(answer).map_err(|source| EksError::Cluster {
        name: question.reference.name().clone(),
        region: region.clone(),
        message: source.message,
        hint: source.hint,
    })?;
    if cluster.reference.agrees_with(&question.reference) {
        Ok(cluster)
    } else {
        Err(EksError::OtherCluster {
            found: Box::new(cluster.reference),
            asked: Box::new(question.reference.clone()),
        })
    }
}
