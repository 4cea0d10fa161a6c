//! EKS, asked about one cluster.

use std::time::SystemTime;

use iam_aws::eks::{ClusterState, Eks};
use iam_aws::environment::Environment;
use iam_aws::fetch::block_on;
use iam_aws::region::RegionName;
use iam_aws::session::{Login, Session};
use iam_aws::settings::Named;
use iam_core::cluster::{ClusterArn, ClusterId};

use crate::migrate::Target;
use crate::migrate::apply::ApplyError;

/// EKS, asked about one cluster.
pub(super) struct Desk<'a> {
    session: Session<'a>,
    /// The cluster's name.
    pub(super) name: &'a ClusterId,
}

impl<'a> Desk<'a> {
    /// Opens a session as `named` says; its region is that of [`region()`].
    pub(super) fn open(
        target: &'a Target,
        named: Named<'a>,
        environment: &'a Environment,
        clock: fn() -> SystemTime,
    ) -> Result<Self, ApplyError> {
        let login = Login { named, role: None };
        let session = Session::open(&login, environment, clock)?;
        let name = target.id();
        Ok(Self { session, name })
    }

    /// Waits for a step. Nobody hears what is logged meanwhile.
    pub(super) fn ask<T>(
        &self,
        step: impl AsyncFnOnce(&Eks) -> Result<T, ApplyError>,
    ) -> Result<T, ApplyError> {
        let eks = self.session.eks(&self.session.context())?;
        block_on(step(&eks))?
    }
}

/// The region to ask in: that of the ARN, which no other may contradict.
pub(super) fn region(
    target: &Target,
    flag: Option<RegionName>,
) -> Result<Option<RegionName>, ApplyError> {
    let Target::Arn(arn) = target else {
        return Ok(flag);
    };
    // Every region is the name of one.
    let own: Option<RegionName> = arn.region().as_str().parse().ok();
    match flag {
        Some(region) if own.as_ref() != Some(&region) => Err(ApplyError::OtherRegion {
            cluster: Box::new(arn.clone()),
            region,
        }),
        Some(_) | None => Ok(own),
    }
}

/// The cluster by its ARN, which has to be the one that was asked about.
pub(super) fn target(asked: &Target, state: &ClusterState) -> Result<Target, ApplyError> {
    let found = state.arn.parse::<ClusterArn>().ok();
    let found = found.filter(|found| match asked {
        Target::Arn(asked) => found == asked,
        Target::Name(name) => found.name() == name,
    });
    found
        .map(Target::Arn)
        .ok_or_else(|| ApplyError::OtherCluster {
            found: state.arn.clone(),
            asked: asked.to_string(),
        })
}
