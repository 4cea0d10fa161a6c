//! From what is wanted to credentials: kept ones where there are, else those that the source gives.

use std::time::{Duration, SystemTime};

use iam_aws::credentials::Credentials;
use iam_aws::fetch::{self, Context, fetch};
use iam_aws::source::{Keys, RoleRequest, RoleSource, Source};
use iam_core::principal::SessionName;

use crate::aws_cli;
use crate::cache::{Ask, CacheDir, Client, Refresh};
use crate::error::Error;
use crate::keyed;
use crate::options::UseKept;
use crate::settings::Settings;
use crate::wanted::{Naming, Wanted, asks_for_a_code, runs_a_process};

/// What credentials are got with.
#[derive(Clone, Copy)]
pub struct Obtain<'a> {
    /// The settings.
    pub settings: &'a Settings<'a>,
    /// What every source needs.
    pub context: &'a Context<'a>,
    /// Where credentials for which a code was typed are kept; `None`: nowhere.
    pub cache: Option<&'a CacheDir>,
    /// How the cache is asked.
    pub ask: Ask<'a>,
    /// Whether what is kept is used.
    pub use_kept: UseKept,
}

impl Obtain<'_> {
    /// The credentials that are wanted. Where a code is typed for them, they are kept: for the
    /// next token, and for the roles that others assume with them.
    ///
    /// # Errors
    /// When the source gives none, or is to forward the name of its session and is none.
    pub fn credentials(&self, wanted: &Wanted) -> Result<Credentials, Error> {
        self.asked_once(&wanted.source, wanted.naming)
    }

    /// The credentials that are wanted, kept whether or not a code is typed for them.
    ///
    /// # Errors
    /// See [`Self::credentials`].
    pub fn kept_credentials(&self, wanted: &Wanted) -> Result<Credentials, Error> {
        match self.cache {
            Some(cache) => self.kept(cache, &wanted.source, wanted.naming),
            None => self.credentials(wanted),
        }
    }

    fn asked_once(&self, source: &Source, naming: Naming) -> Result<Credentials, Error> {
        match self.cache {
            Some(cache) if asks_for_a_code(source) => self.kept(cache, source, naming),
            Some(_) | None => self.fetched(source, naming),
        }
    }

    fn kept(
        &self,
        cache: &CacheDir,
        source: &Source,
        naming: Naming,
    ) -> Result<Credentials, Error> {
        let key = keyed::credentials(self.settings, (source, naming));
        let ask = self.ask_for(source);
        cache.credentials(&key, &ask, |client| {
            self.for_client(client).fetched(source, naming)
        })
    }

    /// What was refused is not to be had from another keeper a moment later.
    #[must_use]
    pub fn for_client(self, client: Client) -> Self {
        match client {
            Client::Content => self,
            Client::Refused => Self {
                use_kept: UseKept::Never,
                ..self
            },
        }
    }

    fn fetched(&self, source: &Source, naming: Naming) -> Result<Credentials, Error> {
        if let Some(credentials) = self.kept_by_aws_cli(source) {
            return Ok(credentials);
        }
        let Source::Role(role) = source else {
            return Ok(fetch(source, self.context)?);
        };
        let base = self.asked_once(&role.base, Naming::Set)?;
        let mut request = role.request.clone();
        if naming == Naming::Forwarded {
            request.session_name = Some(self.session_name(&base)?);
        }
        self.assume(role, base, request)
    }

    fn assume(
        &self,
        role: &RoleSource,
        base: Credentials,
        request: RoleRequest,
    ) -> Result<Credentials, Error> {
        let base = Source::Keys(Keys {
            credentials: base,
            origin: role.base.origin().clone(),
        });
        let role = RoleSource {
            base,
            request,
            origin: role.origin.clone(),
        };
        Ok(fetch(&Source::Role(Box::new(role)), self.context)?)
    }

    fn session_name(&self, base: &Credentials) -> Result<SessionName, Error> {
        let caller = fetch::caller(base, self.context)?;
        let name = caller.principal.session_name();
        name.and_then(|name| name.parse().ok())
            .ok_or_else(|| Error::NoSession {
                arn: caller.principal.to_string(),
            })
    }

    fn kept_by_aws_cli(&self, source: &Source) -> Option<Credentials> {
        let home = self.settings.environment.home.as_deref()?;
        match self.use_kept {
            UseKept::Fresh => aws_cli::kept(source, home, self.now()),
            UseKept::Never => None,
        }
    }

    /// How the cache is asked for what `source` gives: a person is not asked before it must be, and
    /// may take a while.
    pub fn ask_for(&self, source: &Source) -> Ask<'_> {
        if !source.asks_a_person() {
            let wait = if runs_a_process(source) {
                self.ask.wait.max(PROCESS)
            } else {
                self.ask.wait
            };
            return Ask { wait, ..self.ask };
        }
        let refresh = match self.ask.refresh {
            Refresh::Early | Refresh::AtEnd => Refresh::AtEnd,
            Refresh::Now => Refresh::Now,
        };
        Ask {
            refresh,
            wait: PERSON,
            ..self.ask
        }
    }

    fn now(&self) -> SystemTime {
        (self.ask.clock)()
    }
}

/// Longer than the minute that a process is given, and the role after it: it may open a browser,
/// and several at once would open several.
const PROCESS: Duration = Duration::from_secs(95);

/// Longer than the five minutes that a person is given.
const PERSON: Duration = Duration::from_mins(6);

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use iam_aws::fetch::Context;
    use iam_aws::mfa;
    use iam_aws::source::{Origin, Process};

    use super::*;
    use crate::environment::Environment;
    use crate::options::AwsOptions;

    #[test]
    fn others_wait_longer_than_a_process_may_run() {
        let (options, environment) = (AwsOptions::default(), Environment::default());
        let settings = Settings::load(&options, &environment, None).unwrap();
        let clock = || SystemTime::UNIX_EPOCH;
        let context: Context<'_> = settings.context(mfa::prompt(None), clock);
        let obtain = Obtain {
            settings: &settings,
            context: &context,
            cache: None,
            ask: Ask::new(&clock),
            use_kept: UseKept::Fresh,
        };
        let process = Source::Process(Process {
            command: "helper".to_owned(),
            origin: Origin::Default,
        });
        assert!(obtain.ask_for(&process).wait > Duration::from_mins(1));
        assert_eq!(obtain.ask_for(&process).refresh, obtain.ask.refresh);
    }
}
