//! Which clusters are there and which are gone: EKS's word, to members of the account alone.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;
use iam_aws::eks::Eks;
use iam_aws::fetch::{Caller, block_on};
use iam_aws::region::RegionName;
use iam_aws::session::Session;
use iam_core::arn::Arn;
use iam_core::cluster::ClusterArn;
use iam_core::error_chain::ErrorChain;

use super::{Named, Trust};
use crate::cluster::ClusterRef;
use crate::describe;
use crate::eks::{AT_ONCE, Aws, EksError, Login, side_by_side};
use crate::names::Profile;

/// What is known of a cluster.
pub(super) enum Verdict {
    /// It is there.
    There,
    /// It is not.
    Gone,
    /// Nobody who would know has said either, and why.
    Unknown(String),
}

/// How it is asked.
pub(super) struct Asker<'a> {
    /// Who asks about clusters whose users name no profile.
    pub(super) profile: Option<&'a Profile>,
    pub(super) trust: Trust,
    pub(super) aws: &'a Aws<'a>,
}

/// A profile and a role, and the clusters whose users sign in by them.
type Group<'a> = ((Option<String>, Option<String>), Vec<&'a Named>);

/// Whom a cluster is asked about.
struct Desk {
    eks: Eks,
    /// The setting that leads to somebody else than AWS, who is not trusted.
    doubt: Option<String>,
}

impl Asker<'_> {
    /// Asks about all of them, side by side, each by the credentials of its own users.
    pub(super) fn ask<'c>(&self, clusters: &'c [Named]) -> Vec<(&'c Named, Verdict)> {
        let fallback = self.profile.map(ToString::to_string);
        let mut by_login: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for cluster in clusters {
            let profile = cluster.profile.clone().or_else(|| fallback.clone());
            let group = by_login.entry((profile, cluster.role.clone()));
            group.or_default().push(cluster);
        }
        let groups: Vec<Group<'_>> = by_login.into_iter().collect();
        let (mut asked, mut verdicts) = (Vec::new(), Vec::new());
        for (named, desk) in side_by_side(&groups, |group| self.desks(group))
            .into_iter()
            .flatten()
        {
            match desk {
                Ok(desk) => asked.push((named, desk)),
                Err(why) => verdicts.push((named, Verdict::Unknown(why))),
            }
        }
        let describing = asked
            .iter()
            .map(async |(named, desk)| (*named, describe(&named.arn, desk).await));
        let answers = block_on(
            stream::iter(describing)
                .buffered(AT_ONCE)
                .collect::<Vec<_>>(),
        );
        verdicts.extend(answers.unwrap_or_else(|error| {
            let why = ErrorChain(&error).to_string();
            let unasked = asked.iter().map(|(named, _)| *named);
            unasked
                .map(|named| (named, Verdict::Unknown(why.clone())))
                .collect()
        }));
        verdicts
    }

    /// Whom to ask about each cluster of a login, or why nobody.
    fn desks<'c>(&self, group: &Group<'c>) -> Vec<(&'c Named, Result<Desk, String>)> {
        let ((profile, role), clusters) = group;
        let regions: Vec<RegionName> = clusters.iter().filter_map(|named| named.region()).collect();
        let sessions = Sessions::open(
            profile.as_deref(),
            role.as_deref(),
            regions.first(),
            self.aws,
        );
        let desks = clusters
            .iter()
            .map(|named| (*named, sessions.desk(&named.arn, self.trust)));
        desks.collect()
    }
}

async fn describe(arn: &ClusterArn, desk: &Desk) -> Verdict {
    match (desk.eks.describe_cluster(arn.name()).await, &desk.doubt) {
        (Err(error), Some(place)) if error.is_not_found() => Verdict::Unknown(format!(
            "it is gone by the word of {place}, which --trust-endpoint-url takes"
        )),
        (Err(error), None) if error.is_not_found() => Verdict::Gone,
        (Err(error), _) => Verdict::Unknown(ErrorChain(&error).to_string()),
        (Ok(text), _) => match describe::arn(&text) {
            Some(found) if found == *arn => Verdict::There,
            Some(found) => Verdict::Unknown(format!("EKS tells of {}", ClusterRef::Arn(found))),
            None => Verdict::Unknown("EKS's answer names no cluster".to_owned()),
        },
    }
}

impl Named {
    fn region(&self) -> Option<RegionName> {
        self.arn.region().as_str().parse().ok()
    }
}

/// The credentials of one login, and of the role on top of them, each with its caller.
struct Sessions<'a> {
    own: Result<(Session<'a>, Caller), String>,
    assumed: Option<Result<(Session<'a>, Caller), String>>,
}

impl<'a> Sessions<'a> {
    fn open(
        profile: Option<&'a str>,
        role: Option<&str>,
        region: Option<&'a RegionName>,
        aws: &Aws<'a>,
    ) -> Self {
        let role: Option<Arn> = role.and_then(|role| role.parse().ok());
        let login = |role| Login {
            profile,
            region,
            role,
        };
        Self {
            own: opened(&login(None), aws),
            assumed: role.map(|role| opened(&login(Some(role)), aws)),
        }
    }

    /// EKS of the cluster's region, asked by a member of its account.
    fn desk(&self, arn: &ClusterArn, trust: Trust) -> Result<Desk, String> {
        let is_of_account = |caller: &Caller| {
            let principal = &caller.principal;
            (principal.account(), principal.partition()) == (arn.account(), arn.partition())
        };
        let sessions = [Some(&self.own), self.assumed.as_ref()];
        let opened = sessions
            .into_iter()
            .flatten()
            .filter_map(|one| one.as_ref().ok());
        let Some((session, _)) = opened.clone().find(|(_, caller)| is_of_account(caller)) else {
            let other = opened
                .map(|(_, caller)| caller.principal.to_string())
                .next();
            let failed = self.own.as_ref().err().cloned();
            return Err(match other {
                Some(other) => format!("the credentials are of {other}, which is another account"),
                None => failed.unwrap_or_default(),
            });
        };
        let region: RegionName = arn.region().as_str().parse().map_err(|_| String::new())?;
        let eks = session.eks(&session.context().in_region(&region));
        let custom = session.custom_url().map_err(|error| error.to_string())?;
        Ok(Desk {
            eks: eks.map_err(|error| error.to_string())?,
            doubt: custom.filter(|_| trust == Trust::Aws).map(|url| url.place),
        })
    }
}

fn opened<'a>(login: &Login<'a>, aws: &Aws<'a>) -> Result<(Session<'a>, Caller), String> {
    let open = || -> Result<_, EksError> {
        let session = login.open(aws)?;
        let caller = session.caller().map_err(EksError::Fetch)?;
        Ok((session, caller))
    };
    open().map_err(|error| ErrorChain(&error).to_string())
}
