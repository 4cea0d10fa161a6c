//! The AWS settings of one run: the profile, the shared files, and what follows from them.

use std::time::SystemTime;

use iam_core::cluster::ClusterArn;
use iam_core::sts_host::Fips;

use crate::chosen_profile::ChosenProfile;
use crate::credentials::CredentialsError;
use crate::endpoint::{EndpointError, EndpointSettings};
use crate::environment::Environment;
use crate::fetch::{self, Context, FetchError, MfaPrompt};
use crate::region::RegionName;
use crate::shared_config::{SharedConfig, SharedConfigError, Unreadable};
use crate::source::{Choice, Source, choose};

/// What a command line says about AWS.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// `--region`
    pub region: Option<&'a RegionName>,
    /// `--profile`
    pub profile: Option<&'a str>,
    /// The ARN that names a cluster: its region counts where no other is set.
    pub cluster: Option<&'a ClusterArn>,
}

/// The AWS settings of one run.
pub struct Settings<'a> {
    /// What the environment says.
    pub environment: &'a Environment,
    /// The profile.
    pub chosen: ChosenProfile<'a>,
    /// The shared files.
    pub shared: SharedConfig,
    named: Named<'a>,
    /// The region of the EC2 instance, where it was asked for.
    instance: Option<RegionName>,
}

impl<'a> Settings<'a> {
    /// Reads the shared files. They may be unreadable where exported keys win over them.
    ///
    /// # Errors
    /// When one of them cannot be read or parsed.
    pub fn load(named: Named<'a>, environment: &'a Environment) -> Result<Self, SharedConfigError> {
        let chosen = ChosenProfile::of(named.profile, environment);
        let unreadable = match (chosen, environment.keys()) {
            (ChosenProfile::Variable(_) | ChosenProfile::Default, Some(_)) => Unreadable::Tolerated,
            (ChosenProfile::Flag(_), _) | (_, None) => Unreadable::Refused,
        };
        Ok(Self {
            environment,
            chosen,
            shared: SharedConfig::load(environment, unreadable)?,
            named,
            instance: None,
        })
    }

    /// The source of credentials that these settings decide on.
    ///
    /// # Errors
    /// See [`choose`].
    pub fn choose(&self, now: SystemTime) -> Result<Choice, CredentialsError> {
        choose(self.environment, &self.shared, self.chosen, now)
    }

    /// Asks the instance whose role `source` is about for its region, if no other setting names
    /// one.
    ///
    /// # Errors
    /// When the instance does not tell.
    pub fn complete_region(
        &mut self,
        source: &Source,
        clock: fn() -> SystemTime,
    ) -> Result<(), FetchError> {
        let unknown = matches!(self.endpoint().host(), Err(EndpointError::NoRegion));
        if unknown && is_of_the_instance(source) {
            let region = fetch::region(&self.context(NOBODY, clock))?;
            tracing::info!("the region is the instance's, {region}");
            let fips = Fips::No;
            self.instance = Some(RegionName::Named { region, fips });
        }
        Ok(())
    }

    /// What decides about hosts.
    #[must_use]
    pub fn endpoint(&self) -> EndpointSettings<'_> {
        EndpointSettings {
            region_flag: self.named.region.or(self.instance.as_ref()),
            environment: self.environment,
            profile: self.shared.profile(self.chosen.name()),
            cluster: self.named.cluster,
        }
    }

    /// What every source needs besides itself.
    #[must_use]
    pub fn context<'b>(&'b self, mfa: MfaPrompt<'b>, clock: fn() -> SystemTime) -> Context<'b> {
        Context::new(self.endpoint(), &self.shared, mfa, clock)
    }
}

fn is_of_the_instance(source: &Source) -> bool {
    let mut source = source;
    while let Source::Role(role) = source {
        source = &role.base;
    }
    matches!(source, Source::InstanceMetadata(_))
}

/// Where nothing is assumed.
pub const NOBODY: MfaPrompt<'static> = MfaPrompt::Unavailable {
    reason: "no role is assumed here",
};
