//! The AWS settings of one run, with what else its sources may go by.

use std::ops::Deref;
use std::time::SystemTime;

use iam_aws::settings::{Named, Settings as AwsSettings};
use iam_aws::shared_config::SharedConfigError;
use iam_aws::source::Source;
use iam_core::cluster::ClusterArn;
use iam_core::sts_host::StsHost;

use crate::environment::Environment;
use crate::error::Error;
use crate::options::AwsOptions;
use crate::surroundings::Surroundings;

/// The settings of one run.
pub struct Settings<'a> {
    /// What else sources may go by.
    pub surroundings: &'a Surroundings,
    aws: AwsSettings<'a>,
}

impl<'a> Settings<'a> {
    /// Reads the shared files.
    ///
    /// # Errors
    /// See [`AwsSettings::load`].
    pub fn load(
        options: &'a AwsOptions,
        environment: &'a Environment,
        cluster: Option<&'a ClusterArn>,
    ) -> Result<Self, SharedConfigError> {
        let named = Named {
            region: options.region.as_ref(),
            profile: options.profile.as_deref(),
            cluster,
        };
        Ok(Self {
            surroundings: &environment.surroundings,
            aws: AwsSettings::load(named, &environment.aws)?,
        })
    }

    /// The STS host. An instance whose role it is about is asked for its region where no other
    /// setting names one.
    ///
    /// # Errors
    /// When no region is known, or a setting makes no sense.
    pub fn host(&mut self, source: &Source, clock: fn() -> SystemTime) -> Result<StsHost, Error> {
        self.aws.complete_region(source, clock)?;
        Ok(self.aws.endpoint().host()?)
    }
}

impl<'a> Deref for Settings<'a> {
    type Target = AwsSettings<'a>;

    fn deref(&self) -> &AwsSettings<'a> {
        &self.aws
    }
}
