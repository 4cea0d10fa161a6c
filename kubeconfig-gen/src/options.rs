//! From arguments and environment to what `update` works on.

use std::path::PathBuf;

use iam_core::arn::Arn;
use iam_core::region::{Region, RegionError};
use thiserror::Error;

use crate::all::{Regions, Search};
use crate::cli::{AllArgs, ConvertArgs, Environment, RoleArgs, UpdateArgs};
use crate::cluster::ClusterRef;
use crate::convert::{ConvertOptions, Which};
use crate::eks::Question;
use crate::endpoint::Endpoint;
use crate::kubeconfig::{Choices, CurrentContext, StanzaRole};
use crate::names::{Alias, NameError, Profile};
use crate::plugin::Plugin;
use crate::records::Records;
use crate::target::{Files, TargetError};

/// What `update` works on.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the cluster is described.
    pub source: Source,
    /// What the user chose about the entries.
    pub choices: Choices,
    /// A region to fall back on: the variable that names it, and its value.
    pub fallback_region: Option<(&'static str, String)>,
    /// How the entries name token-exec.
    pub plugin: Plugin,
    /// The files to edit.
    pub files: Files,
    /// The kuberc to add the plugin to.
    pub kuberc: Option<PathBuf>,
    /// What is kept of what was written.
    pub(crate) records: Option<Records>,
    /// What becomes of the file.
    pub output: Output,
}

/// Where the cluster is described.
#[derive(Clone, Debug)]
pub enum Source {
    /// In the JSON of `aws eks describe-cluster`.
    Description {
        /// The file, or `-` for stdin.
        file: PathBuf,
        /// The cluster that it must describe, if the user said.
        expected: Option<ClusterRef>,
    },
    /// At EKS.
    Asked {
        /// Which cluster, and who asks.
        question: Question,
        /// The address that takes the place of the cluster's own.
        endpoint: Option<Endpoint>,
    },
    /// At EKS, all that there are.
    All(Search),
    /// In flags.
    Parts {
        /// Its name or ARN.
        reference: ClusterRef,
        /// Where its API server answers.
        endpoint: Endpoint,
        /// The PEM file with its certificate authority.
        ca_file: PathBuf,
    },
}

/// What becomes of the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Output {
    /// Print it and write nothing.
    DryRun,
    /// Write it and say so.
    Write,
    /// Write it, say so, and print the entries.
    WriteAndShow,
}

/// Why the arguments do not make options.
#[derive(Clone, Debug, Error)]
pub enum OptionsError {
    /// No file to write.
    #[error("choose the kubeconfig")]
    Target(#[from] TargetError),
    /// A variable holds no profile name.
    #[error("read {variable}")]
    Profile {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it.
        source: NameError,
    },
    /// A variable holds no region.
    #[error("read {variable}")]
    Region {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it.
        source: RegionError,
    },
    /// One cluster, and several profiles to see it.
    #[error("--profile is given several times; with one cluster there is one")]
    SeveralProfiles,
    /// There is no kuberc that kubectl reads.
    #[error(
        "--allow-plugin: kubectl reads no kuberc, as KUBERC is off or there is no home directory"
    )]
    NoKuberc,
    /// Relations that the parser of the command line enforces.
    #[error("give --name NAME, --from-file FILE, or --endpoint URL --ca-file FILE --name NAME")]
    NoSource,
}

impl Options {
    /// Joins the arguments of `update` with the environment.
    ///
    /// # Errors
    /// When no file can be chosen, or a variable makes no sense.
    pub fn new(
        arguments: UpdateArgs,
        verbose: u8,
        environment: &Environment,
    ) -> Result<Self, OptionsError> {
        let UpdateArgs {
            from_file,
            endpoint,
            ca_file,
            name,
            region,
            profile: profiles,
            all,
            role,
            assume_role_arn,
            alias,
            user_alias,
            kubeconfig,
            namespace,
            proxy_url,
            exec_command,
            no_set_context,
            allow_plugin,
            dry_run,
        } = arguments;
        let [alias, user_alias] =
            [alias, user_alias].map(|alias| alias.and_then(|Alias(name)| name));
        let source = if all.all {
            Source::All(all.into_search(region.clone(), &profiles, assume_role_arn))
        } else {
            let profile = only(&profiles)?;
            let question = |reference| Question {
                reference,
                region: region.clone(),
                profile,
                role: assume_role_arn,
            };
            source(from_file, name, (endpoint, ca_file), question)?
        };
        // As with the AWS CLI: the region of the stanza is the cluster's own, whoever was asked.
        let region = match &source {
            Source::Asked { .. } | Source::All(_) => None,
            Source::Description { .. } | Source::Parts { .. } => region,
        };
        let profile = profiles.first().cloned();
        let profile = profile.map_or_else(|| ambient_profile(environment), |p| Ok(Some(p)))?;
        Ok(Self {
            source,
            choices: Choices {
                alias,
                user_alias,
                namespace,
                proxy_url,
                region,
                profile,
                role: role.into_role(),
                exec_command,
                current: CurrentContext::new(no_set_context),
            },
            fallback_region: environment.region.clone(),
            plugin: Plugin::locate(environment.path.as_deref(), environment.program.as_deref()),
            kuberc: kuberc(allow_plugin, environment)?,
            records: environment.records(),
            files: environment.files(kubeconfig)?,
            output: Output::new(dry_run, verbose),
        })
    }
}

impl CurrentContext {
    const fn new(no_set_context: bool) -> Self {
        if no_set_context {
            Self::Leave
        } else {
            Self::Set
        }
    }
}

impl Output {
    const fn new(dry_run: bool, verbose: u8) -> Self {
        match (dry_run, verbose) {
            (true, _) => Self::DryRun,
            (false, 0) => Self::Write,
            (false, _) => Self::WriteAndShow,
        }
    }
}

impl RoleArgs {
    fn into_role(self) -> Option<StanzaRole> {
        let Self {
            role_arn,
            session_name,
            external_id,
        } = self;
        Some(StanzaRole {
            arn: role_arn?,
            session_name,
            external_id,
        })
    }
}

impl ConvertOptions {
    /// Joins the arguments of `convert` with the environment.
    ///
    /// # Errors
    /// When no file can be chosen.
    pub fn new(arguments: ConvertArgs, environment: &Environment) -> Result<Self, OptionsError> {
        let ConvertArgs {
            context,
            all,
            to,
            kubeconfig,
            dry_run,
        } = arguments;
        Ok(Self {
            which: match (context, all) {
                (Some(name), _) => Which::Context(name),
                (None, true) => Which::All,
                (None, false) => Which::Current,
            },
            to,
            plugin: Plugin::locate(environment.path.as_deref(), environment.program.as_deref()),
            files: environment.files(kubeconfig)?,
            dry_run,
        })
    }
}

impl Choices {
    /// Fills in the region where the user named none: the cluster's own, else the environment's.
    ///
    /// # Errors
    /// When it comes to a variable whose value is no region.
    pub fn with_region(
        mut self,
        reference: &ClusterRef,
        fallback: Option<&(&'static str, String)>,
    ) -> Result<Self, OptionsError> {
        self.region = match (self.region, reference.region(), fallback) {
            (Some(given), _, _) => Some(given),
            (None, Some(own), _) => Some(own.clone()),
            (None, None, Some((variable, value))) => Some(
                value
                    .parse()
                    .map_err(|source| OptionsError::Region { variable, source })?,
            ),
            (None, None, None) => None,
        };
        Ok(self)
    }
}

fn only(profiles: &[Profile]) -> Result<Option<Profile>, OptionsError> {
    match profiles {
        [] => Ok(None),
        [profile] => Ok(Some(profile.clone())),
        [..] => Err(OptionsError::SeveralProfiles),
    }
}

impl AllArgs {
    fn into_search(
        self,
        region: Option<Region>,
        profiles: &[Profile],
        role: Option<Arn>,
    ) -> Search {
        let Self {
            all: _,
            regions,
            all_regions,
        } = self;
        Search {
            profiles: profiles.to_vec(),
            role,
            regions: match (all_regions, region) {
                (true, _) => Regions::All,
                (false, Some(region)) => Regions::Named(vec![region]),
                (false, None) => Regions::Named(regions),
            },
        }
    }
}

fn source(
    from_file: Option<PathBuf>,
    name: Option<ClusterRef>,
    parts: (Option<Endpoint>, Option<PathBuf>),
    question: impl FnOnce(ClusterRef) -> Question,
) -> Result<Source, OptionsError> {
    match (from_file, name, parts) {
        (Some(file), expected, (None, None)) => Ok(Source::Description { file, expected }),
        (None, Some(reference), (Some(endpoint), Some(ca_file))) => Ok(Source::Parts {
            reference,
            endpoint,
            ca_file,
        }),
        (None, Some(reference), (endpoint, None)) => {
            let question = question(reference);
            Ok(Source::Asked { question, endpoint })
        }
        _ => Err(OptionsError::NoSource),
    }
}

fn kuberc(is_wanted: bool, environment: &Environment) -> Result<Option<PathBuf>, OptionsError> {
    let path = || environment.kuberc_path().ok_or(OptionsError::NoKuberc);
    is_wanted.then(path).transpose()
}

fn ambient_profile(environment: &Environment) -> Result<Option<Profile>, OptionsError> {
    let Some((variable, value)) = &environment.profile else {
        return Ok(None);
    };
    let profile = value
        .parse()
        .map_err(|source| OptionsError::Profile { variable, source })?;
    tracing::info!(
        target: iam_cli::NOTICE,
        "the profile {profile} of {variable} becomes part of the user entry",
    );
    Ok(Some(profile))
}
