//! The AWS settings of one run: the profile, the shared files, and what follows from them.

use std::time::SystemTime;

use iam_aws::chosen_profile::ChosenProfile;
use iam_aws::credentials::CredentialsError;
use iam_aws::endpoint::{EndpointError, EndpointSettings};
use iam_aws::environment::Environment as AwsEnvironment;
use iam_aws::fetch::{self, Context, MfaPrompt};
use iam_aws::region::RegionName;
use iam_aws::shared_config::{SharedConfig, SharedConfigError, Unreadable};
use iam_aws::source::{Choice, Source, choose};
use iam_core::cluster::ClusterArn;
use iam_core::sts_host::{Fips, StsHost};

use crate::environment::Environment;
use crate::error::Error;
use crate::options::AwsOptions;
use crate::surroundings::Surroundings;

/// The AWS settings of one run.
pub struct Settings<'a> {
    /// What the command line says.
    pub options: &'a AwsOptions,
    /// What the environment says.
    pub environment: &'a AwsEnvironment,
    /// What else sources may go by.
    pub surroundings: &'a Surroundings,
    /// The profile.
    pub chosen: ChosenProfile<'a>,
    /// The shared files.
    pub shared: SharedConfig,
    cluster: Option<&'a ClusterArn>,
    /// The region of the EC2 instance, where it was asked for.
    instance: Option<RegionName>,
}

impl<'a> Settings<'a> {
    /// Reads the shared files. They may be unreadable where exported keys win over them.
    ///
    /// # Errors
    /// When one of them cannot be read or parsed.
    pub fn load(
        options: &'a AwsOptions,
        environment: &'a Environment,
        cluster: Option<&'a ClusterArn>,
    ) -> Result<Self, SharedConfigError> {
        let (environment, surroundings) = (&environment.aws, &environment.surroundings);
        let chosen = ChosenProfile::of(options.profile.as_deref(), environment);
        let unreadable = match (chosen, environment.keys()) {
            (ChosenProfile::Variable(_) | ChosenProfile::Default, Some(_)) => Unreadable::Tolerated,
            (ChosenProfile::Flag(_), _) | (_, None) => Unreadable::Refused,
        };
        Ok(Self {
            options,
            environment,
            surroundings,
            chosen,
            shared: SharedConfig::load(environment, unreadable)?,
            cluster,
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

    /// The STS host. An instance whose role it is about is asked for its region where no other
    /// setting names one.
    ///
    /// # Errors
    /// When no region is known, or a setting makes no sense.
    pub fn host(&mut self, source: &Source, clock: fn() -> SystemTime) -> Result<StsHost, Error> {
        match self.endpoint().host() {
            Err(EndpointError::NoRegion) if is_of_the_instance(source) => {
                let region = fetch::region(&self.context(NOBODY, clock))?;
                tracing::info!("the region is the instance's, {region}");
                let fips = Fips::No;
                self.instance = Some(RegionName::Named { region, fips });
                Ok(self.endpoint().host()?)
            }
            host => Ok(host?),
        }
    }

    /// What decides about hosts.
    #[must_use]
    pub fn endpoint(&self) -> EndpointSettings<'_> {
        EndpointSettings {
            region_flag: self.options.region.as_ref().or(self.instance.as_ref()),
            environment: self.environment,
            profile: self.shared.profile(self.chosen.name()),
            cluster: self.cluster,
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
