//! From arguments and environment to what a command needs.

use std::path::PathBuf;

use iam_core::cluster::ClusterId;
use thiserror::Error;

use crate::cli::{CLUSTER_ID, ConfigArgs, Environment, Job, ServeArgs};
use crate::config::Overrides;
use crate::serve::PrintAddress;

/// What to do, and with which configuration.
#[derive(Clone, Debug)]
pub struct Options {
    /// The command.
    pub action: Action,
    /// The configuration file.
    pub config: PathBuf,
    /// What wins over it.
    pub overrides: Overrides,
}

/// A command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// `serve`
    Serve(PrintAddress),
    /// `init`
    Init,
    /// `check`
    Check,
}

/// A variable of the environment that cannot be used.
#[derive(Debug, Error)]
#[error("{CLUSTER_ID} is {value:?}, which is no cluster id")]
pub struct OptionsError {
    value: String,
}

impl Job {
    /// The one conversion to what the commands take.
    ///
    /// # Errors
    /// A variable of the environment that cannot be used.
    pub fn into_options(self, environment: &Environment) -> Result<Options, OptionsError> {
        let (action, args) = match self {
            Self::Serve(ServeArgs {
                config,
                print_address: true,
            }) => (Action::Serve(PrintAddress::Yes), config),
            Self::Serve(ServeArgs {
                config,
                print_address: false,
            }) => (Action::Serve(PrintAddress::No), config),
            Self::Init(config) => (Action::Init, config),
            Self::Check(config) => (Action::Check, config),
        };
        args.into_options(action, environment)
    }
}

impl ConfigArgs {
    fn into_options(
        self,
        action: Action,
        environment: &Environment,
    ) -> Result<Options, OptionsError> {
        let Self {
            config,
            cluster_id,
            partition,
            address,
            port,
            admin_address,
            admin_port,
            hostname,
            state_dir,
            generate_kubeconfig,
            kubeconfig_pregenerated,
            kubeconfig,
            master,
            backend_mode,
        } = self;
        let cluster_id = match cluster_id {
            Some(given) => Some(given),
            None => exported_cluster_id(environment)?,
        };
        let overrides = Overrides {
            cluster_id,
            partition,
            address,
            port,
            admin_address,
            admin_port,
            hostname,
            state_dir,
            generate_kubeconfig,
            kubeconfig_pregenerated,
            kubeconfig,
            master,
            backend_modes: backend_mode,
            aws_ca_bundle: environment.aws_ca_bundle.clone().map(PathBuf::from),
        };
        Ok(Options {
            action,
            config,
            overrides,
        })
    }
}

fn exported_cluster_id(environment: &Environment) -> Result<Option<ClusterId>, OptionsError> {
    let Some(value) = &environment.cluster_id else {
        return Ok(None);
    };
    let text = value.to_string_lossy();
    text.parse().map(Some).map_err(|_| OptionsError {
        value: text.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use clap::Parser as _;

    use super::*;
    use crate::cli::{AwsVariables, Cli, Command};
    use crate::service_manager::PassedSockets;

    fn job<'a>(arguments: impl IntoIterator<Item = &'a &'a str>) -> Job {
        match Cli::parse_from(arguments).command {
            Command::Job(job) => job,
            Command::Definition(wanted) => panic!("{wanted:?} is no job"),
        }
    }

    fn environment(cluster_id: Option<&str>) -> Environment {
        Environment {
            rust_log: None,
            cluster_id: cluster_id.map(Into::into),
            aws_ca_bundle: None,
            aws: AwsVariables(Arc::new(Ok(iam_aws::environment::Environment::default()))),
            notify_socket: None,
            sockets: PassedSockets::none(),
            clock: || SystemTime::UNIX_EPOCH,
        }
    }

    fn cluster_id(arguments: &[&str], exported: Option<&str>) -> Result<Option<String>, String> {
        let command = ["authz-webhook", "serve", "--config", "f"];
        let job = job(command.iter().chain(arguments));
        let options = job
            .into_options(&environment(exported))
            .map_err(|error| error.to_string())?;
        Ok(options.overrides.cluster_id.map(|id| id.to_string()))
    }

    #[test]
    fn a_flag_beats_the_environment_and_the_environment_the_file() {
        assert_eq!(cluster_id(&[], None), Ok(None));
        assert_eq!(cluster_id(&[], Some("e")), Ok(Some("e".to_owned())));
        assert_eq!(
            cluster_id(&["--cluster-id", "f"], Some("e")),
            Ok(Some("f".to_owned()))
        );
        assert_eq!(
            cluster_id(&["-i", "f"], Some("not an id")),
            Ok(Some("f".to_owned()))
        );
    }

    #[test]
    fn an_unusable_variable_is_named() {
        let expected = "KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID is \"not an id\", \
                        which is no cluster id";
        assert_eq!(cluster_id(&[], Some("not an id")), Err(expected.to_owned()));
    }

    #[test]
    fn a_switch_can_be_said_both_ways() {
        let pregenerated = |arguments: &[&str]| {
            let command = ["authz-webhook", "init", "--config", "f"];
            let job = job(command.iter().chain(arguments));
            job.into_options(&environment(None))
                .unwrap()
                .overrides
                .kubeconfig_pregenerated
        };
        assert_eq!(pregenerated(&[]), None);
        assert_eq!(pregenerated(&["--kubeconfig-pregenerated"]), Some(true));
        assert_eq!(
            pregenerated(&["--kubeconfig-pregenerated=false"]),
            Some(false)
        );
    }
}
