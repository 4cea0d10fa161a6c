//! Which clusters are there and which are gone: EKS's word, to members of the account alone.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;
use iam_aws::eks::Eks;
use iam_aws::fetch::{Caller, block_on};
use iam_aws::region::RegionName;
use iam_core::arn::Arn;
use iam_core::cluster::ClusterArn;
use iam_core::error_chain::ErrorChain;

use super::Named;
use crate::cluster::ClusterRef;
use crate::describe;
use crate::eks::{Aws, EksError, Login, Session};
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

/// A question and its answer, or why there is none.
type Answered<'a> = (&'a ClusterArn, Verdict);

/// Asks about all of them, side by side, each by the credentials of its own users.
pub(super) fn ask<'a>(
    clusters: &'a [Named],
    profile: Option<&Profile>,
    aws: &Aws<'_>,
) -> Vec<Answered<'a>> {
    let fallback = profile.map(ToString::to_string);
    let mut by_login: BTreeMap<(Option<String>, Option<String>), Vec<&Named>> = BTreeMap::new();
    for cluster in clusters {
        let profile = cluster.profile.clone().or_else(|| fallback.clone());
        let group = by_login.entry((profile, cluster.role.clone()));
        group.or_default().push(cluster);
    }
    let mut verdicts = Vec::new();
    for ((profile, role), clusters) in by_login {
        verdicts.extend(group(profile.as_deref(), role.as_deref(), &clusters, aws));
    }
    verdicts
}

fn group<'a>(
    profile: Option<&str>,
    role: Option<&str>,
    clusters: &[&'a Named],
    aws: &Aws<'_>,
) -> Vec<Answered<'a>> {
    let mut verdicts = Vec::new();
    let mut asked = Vec::new();
    let regions: Vec<RegionName> = clusters.iter().filter_map(|named| named.region()).collect();
    let mut sessions = Sessions::open(profile, role, regions.first(), aws);
    for named in clusters {
        match sessions.eks(&named.arn) {
            Ok(eks) => asked.push((&named.arn, eks)),
            Err(why) => verdicts.push((&named.arn, Verdict::Unknown(why))),
        }
    }
    let answers = block_on(async {
        let describing = asked
            .iter()
            .map(async |(arn, eks)| (*arn, describe(arn, eks).await));
        stream::iter(describing)
            .buffered(AT_ONCE)
            .collect::<Vec<_>>()
            .await
    });
    match answers {
        Ok(answers) => verdicts.extend(answers),
        Err(error) => {
            let why = ErrorChain(&error).to_string();
            verdicts.extend(
                asked
                    .iter()
                    .map(|(arn, _)| (*arn, Verdict::Unknown(why.clone()))),
            );
        }
    }
    verdicts
}

async fn describe(arn: &ClusterArn, eks: &Eks) -> Verdict {
    match eks.describe_cluster(arn.name()).await {
        Err(error) if error.is_not_found() => Verdict::Gone,
        Err(error) => Verdict::Unknown(ErrorChain(&error).to_string()),
        Ok(text) => match describe::arn(&text) {
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
    fn eks(&mut self, arn: &ClusterArn) -> Result<Eks, String> {
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
        let context = session.context();
        let eks = session.eks(&context.in_region(&region));
        eks.map_err(|error| error.to_string())
    }
}

fn opened<'a>(login: &Login<'a>, aws: &Aws<'a>) -> Result<(Session<'a>, Caller), String> {
    let open = || -> Result<_, EksError> {
        let session = Session::open(login, aws)?;
        let caller = session.caller()?;
        Ok((session, caller))
    };
    open().map_err(|error| ErrorChain(&error).to_string())
}

/// As many as `update --all` asks about at once.
const AT_ONCE: usize = 32;
