//! Tokens of credentials that cost a call, a process or a prompt: kept where that saves one.

use std::time::{Duration, SystemTime};

use iam_aws::credentials::Credentials;
use iam_aws::mfa;
use iam_core::exec_api::ExecInfo;
use iam_core::sts_host::StsHost;

use crate::cache::{Ask, CacheDir, Parent, Refresh, SignedToken};
use crate::environment::Environment;
use crate::error::Error;
use crate::keyed;
use crate::obtain::Obtain;
use crate::options::{CacheMode, MintOptions, UseKept};
use crate::settings::Settings;
use crate::sign::sign;
use crate::wanted::{Wanted, asks_for_a_code};

/// What a token is made with.
pub struct Costly<'a> {
    /// The command line.
    pub options: &'a MintOptions,
    /// The Kubernetes client, if one started us.
    pub client: Option<ExecInfo>,
    /// The environment.
    pub environment: &'a Environment,
    /// The AWS settings.
    pub settings: &'a Settings<'a>,
    /// The host that is signed for.
    pub host: &'a StsHost,
    /// The time.
    pub clock: fn() -> SystemTime,
}

impl Costly<'_> {
    /// The token of the credentials that are wanted.
    ///
    /// # Errors
    /// When there are no credentials.
    pub fn token(&self, wanted: &Wanted) -> Result<SignedToken, Error> {
        let cache = match self.options.cache.mode {
            CacheMode::Token | CacheMode::Credentials => self.cache(),
            CacheMode::Off => None,
        };
        let context = self.settings.context(mfa::prompt(self.client), self.clock);
        let obtain = Obtain {
            settings: self.settings,
            context: &context,
            cache: cache.as_ref(),
            ask: self.ask(),
            use_kept: self.options.cache.use_kept,
        };
        match (self.options.cache.mode, &cache) {
            (CacheMode::Token, Some(cache)) if !asks_for_a_code(&wanted.source) => {
                let decided = (&wanted.source, wanted.naming);
                let cluster = self.options.cluster.id();
                let key = keyed::token(self.settings, decided, self.host, cluster);
                let ask = obtain.ask_for(&wanted.source);
                cache.token(&key, self.host, &ask, |client| {
                    self.sign(obtain.for_client(client).credentials(wanted)?)
                })
            }
            (CacheMode::Credentials, _) => self.sign(obtain.kept_credentials(wanted)?),
            (CacheMode::Token | CacheMode::Off, _) => self.sign(obtain.credentials(wanted)?),
        }
    }

    fn sign(&self, credentials: Credentials) -> Result<SignedToken, Error> {
        let cluster = self.options.cluster.id();
        Ok(sign(&credentials, self.host, cluster, (self.clock)())?)
    }

    fn cache(&self) -> Option<CacheDir> {
        let directory = self.options.cache.directory.as_deref();
        CacheDir::locate(directory, &self.environment.cache_variables())
    }

    /// Without a Kubernetes client that says so, whoever asks again means nothing by it.
    fn ask(&self) -> Ask<'_> {
        let parent = self.client.and_then(|_| Parent::of_this_process());
        let refresh = match self.options.cache.use_kept {
            UseKept::Fresh => Refresh::Early,
            UseKept::Never => Refresh::Now,
        };
        Ask {
            parent,
            wait: OTHERS,
            refresh,
            ..Ask::new(&self.clock)
        }
    }
}

/// As long as the calls of another process may take, and no longer.
const OTHERS: Duration = Duration::from_secs(30);
