//! Profiles, regions, clusters: asked side by side, so many at once.

use futures_util::StreamExt as _;
use futures_util::stream;
use iam_aws::eks::{Eks, EksError as Unanswered};
use iam_aws::fetch::block_on;
use iam_aws::region::RegionName;
use iam_core::cluster::ClusterId;
use iam_core::error_chain::ErrorChain;
use iam_core::partition::Partition;
use iam_core::region::Region;

use super::progress::Progress;
use super::{Regions, Search};
use crate::cluster::Cluster;
use crate::describe;
use crate::eks::{AT_ONCE, Aws, EksError, Login, side_by_side};
use crate::names::Profile;

/// A cluster, and who sees it.
pub(super) struct Sighting {
    pub(super) profile: Option<Profile>,
    pub(super) cluster: Cluster,
}

/// What came of a search, in the order of profiles, regions and names.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) sightings: Vec<Sighting>,
    /// What failed, each on one line.
    pub(super) failures: Vec<String>,
    /// Regions that the accounts have not opted in to.
    pub(super) switched_off: Vec<Region>,
}

/// EKS of one region, as one profile asks it.
struct Desk {
    profile: Option<Profile>,
    eks: Eks,
}

/// A cluster that is to be described.
struct Lead<'a> {
    desk: &'a Desk,
    name: ClusterId,
}

/// Looks everywhere.
pub(super) fn search(search: &Search, aws: &Aws<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut desks = Vec::new();
    let profiles = profiles(search);
    let opened = side_by_side(&profiles, |profile| open(profile.as_ref(), search, aws));
    for (profile, opened) in profiles.iter().zip(opened) {
        match opened {
            Ok(opened) => desks.extend(opened),
            Err(error) => outcome.fail(profile.as_ref(), &error),
        }
    }
    let walked = block_on(async {
        let leads = list(&desks, search, &mut outcome).await;
        describe(leads, &mut outcome).await;
    });
    if let Err(error) = walked {
        outcome.failures.push(ErrorChain(&error).to_string());
    }
    outcome
}

fn profiles(search: &Search) -> Vec<Option<Profile>> {
    if search.profiles.is_empty() {
        return vec![None];
    }
    search.profiles.iter().cloned().map(Some).collect()
}

/// The credentials of one profile, and EKS in each region.
fn open(profile: Option<&Profile>, search: &Search, aws: &Aws<'_>) -> Result<Vec<Desk>, EksError> {
    let name = profile.map(ToString::to_string);
    let region = search.first_region();
    let login = Login {
        profile: name.as_deref(),
        region: region.as_ref(),
        role: search.role.clone(),
    };
    let session = login.open(aws)?;
    let context = session.context();
    let own = context.settings().eks_host();
    let regions: Vec<RegionName> = match &search.regions {
        Regions::Named(regions) if regions.is_empty() => vec![named(&own?.region)],
        Regions::Named(regions) => regions.iter().map(named).collect(),
        Regions::All => {
            // Without a region anywhere it is the partition of most.
            let partition = own.map_or(Partition::Aws, |host| host.region.partition());
            let listed = partition.regions().iter();
            listed.filter_map(|name| name.parse().ok()).collect()
        }
    };
    let opened = regions.iter().map(|region| {
        Ok(Desk {
            profile: profile.cloned(),
            eks: session.eks(&context.in_region(region))?,
        })
    });
    opened.collect()
}

fn named(region: &Region) -> RegionName {
    // Every region can be given as one.
    region.as_str().parse().unwrap_or(RegionName::Global)
}

impl Search {
    /// A region that credentials are got by: STS has to be asked somewhere.
    fn first_region(&self) -> Option<RegionName> {
        match &self.regions {
            Regions::Named(regions) => regions.first().map(named),
            Regions::All => None,
        }
    }
}

/// The names of all clusters.
async fn list<'a>(desks: &'a [Desk], search: &Search, outcome: &mut Outcome) -> Vec<Lead<'a>> {
    let progress = Progress::new("looking for clusters", desks.len());
    let asked = desks.iter().map(async |desk| {
        let names = desk.eks.cluster_names().await;
        progress.step();
        (desk, names)
    });
    let answers: Vec<_> = stream::iter(asked).buffered(AT_ONCE).collect().await;
    outcome.sort(answers, search)
}

/// The clusters themselves.
async fn describe(leads: Vec<Lead<'_>>, outcome: &mut Outcome) {
    let progress = Progress::new("describing clusters", leads.len());
    let asked = leads.into_iter().map(async |lead| {
        let answer = lead.desk.eks.describe_cluster(&lead.name).await;
        progress.step();
        (lead, answer)
    });
    let mut answers = stream::iter(asked).buffered(AT_ONCE);
    while let Some((lead, answer)) = answers.next().await {
        outcome.take(&lead, answer);
    }
}

impl Outcome {
    /// Clusters to describe, regions that are switched off, and failures.
    fn sort<'a>(
        &mut self,
        answers: Vec<(&'a Desk, Result<Vec<ClusterId>, Unanswered>)>,
        search: &Search,
    ) -> Vec<Lead<'a>> {
        let known: Vec<Option<Profile>> = answers
            .iter()
            .filter(|(_, names)| names.is_ok())
            .map(|(desk, _)| desk.profile.clone())
            .collect();
        let (mut leads, mut strangers) = (Vec::new(), Vec::new());
        for (desk, names) in answers {
            match names {
                Ok(names) => leads.extend(names.into_iter().map(|name| Lead { desk, name })),
                Err(error) if search.regions == Regions::All && error.is_unknown_caller() => {
                    // Who is unknown everywhere has other trouble than a region that is off, and
                    // is told so once.
                    if known.contains(&desk.profile) {
                        self.switched_off.push(desk.eks.region().clone());
                    } else if !strangers.contains(&desk.profile) {
                        self.fail(desk.profile.as_ref(), &error);
                        strangers.push(desk.profile.clone());
                    }
                }
                Err(error) => self.fail(desk.profile.as_ref(), &error),
            }
        }
        leads
    }

    fn take(&mut self, lead: &Lead<'_>, answer: Result<String, Unanswered>) {
        let profile = lead.desk.profile.as_ref();
        let text = match answer {
            Ok(text) => text,
            Err(error) => return self.fail(profile, &error),
        };
        match describe::parse(&text) {
            Ok(cluster) => self.sightings.push(Sighting {
                profile: profile.cloned(),
                cluster,
            }),
            Err(error) => {
                let (name, region) = (&lead.name, lead.desk.eks.region());
                let message = format!("cluster {name} in {region}: {}", error.message);
                self.failures.push(of_profile(profile, &message));
            }
        }
    }

    fn fail(&mut self, profile: Option<&Profile>, error: &dyn std::error::Error) {
        let message = ErrorChain(error).to_string();
        self.failures.push(of_profile(profile, &message));
    }
}

fn of_profile(profile: Option<&Profile>, message: &str) -> String {
    match profile {
        Some(profile) => format!("profile {profile}: {message}"),
        None => message.to_owned(),
    }
}
