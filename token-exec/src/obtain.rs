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
use crate::wanted::{Naming, Wanted, asks_a_person, asks_for_a_code};

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
        if !asks_a_person(source) {
            return self.ask;
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

/// Longer than the five minutes that a person is given.
const PERSON: Duration = Duration::from_mins(6);
