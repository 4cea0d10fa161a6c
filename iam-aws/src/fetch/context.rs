//! What every source needs besides itself.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use iam_core::arn::Arn;
use thiserror::Error;
use tokio::time::{Instant, timeout};
use tracing::dispatcher::{self, Dispatch};

use super::BoxError;
use crate::endpoint::EndpointSettings;
use crate::environment::Environment;
use crate::http::Http;
use crate::region::RegionName;
use crate::shared_config::{Profile, SharedConfig};

/// What every source needs besides itself: the settings, the client, the clock, and whom to ask
/// for the code of an MFA device.
pub struct Context<'a> {
    settings: EndpointSettings<'a>,
    shared: &'a SharedConfig,
    mfa: MfaPrompt<'a>,
    clock: fn() -> SystemTime,
    http: Http,
    /// For which resource roles are assumed.
    resource: Option<Arn>,
    /// What is left for waiting on peers, all of them together.
    patience: Cell<Duration>,
    /// Who listened when this was made.
    listener: Dispatch,
}

/// Who is asked for the code of an MFA device.
#[derive(Clone, Copy)]
pub enum MfaPrompt<'a> {
    /// Nobody.
    Unavailable {
        /// Why: `the Kubernetes client says that this is not interactive`.
        reason: &'a str,
    },
    /// Whoever sits before the terminal: asks for the code of the device of this serial number or
    /// ARN, and blocks until it is typed.
    Ask(&'a dyn Fn(&str) -> Result<String, BoxError>),
}

/// A peer that did not answer in time.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("no answer within {} s", limit.as_secs())]
pub struct TimedOut {
    limit: Duration,
}

impl TimedOut {
    pub(crate) const fn after(limit: Duration) -> Self {
        Self { limit }
    }
}

impl<'a> Context<'a> {
    /// Nothing is opened or built for it: that waits for the first request.
    #[must_use]
    pub fn new(
        settings: EndpointSettings<'a>,
        shared: &'a SharedConfig,
        mfa: MfaPrompt<'a>,
        clock: fn() -> SystemTime,
    ) -> Self {
        Self {
            http: Http::new(settings.environment, settings.profile),
            settings,
            shared,
            mfa,
            clock,
            resource: None,
            patience: Cell::new(PATIENCE),
            listener: dispatcher::get_default(Dispatch::clone),
        }
    }

    /// The same in another region, by the same client.
    #[must_use]
    pub fn in_region(&self, region: &'a RegionName) -> Self {
        Self {
            settings: EndpointSettings {
                region_flag: Some(region),
                cluster: None,
                ..self.settings
            },
            shared: self.shared,
            mfa: self.mfa,
            clock: self.clock,
            http: self.http(),
            resource: self.resource.clone(),
            patience: Cell::new(PATIENCE),
            listener: self.listener.clone(),
        }
    }

    /// The same, where roles are assumed for a resource, which STS is told with each of them: a
    /// role's trust policy may demand it (`aws:SourceArn`, `aws:SourceAccount`).
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
    #[must_use]
    pub fn for_resource(self, resource: Option<Arn>) -> Self {
        Self { resource, ..self }
    }

    /// For which resource roles are assumed.
    pub(crate) fn resource(&self) -> Option<&Arn> {
        self.resource.as_ref()
    }

    pub(crate) fn clock(&self) -> fn() -> SystemTime {
        self.clock
    }

    /// The environment.
    #[must_use]
    pub fn environment(&self) -> &'a Environment {
        self.settings.environment
    }

    /// The shared files.
    #[must_use]
    pub fn shared(&self) -> &'a SharedConfig {
        self.shared
    }

    /// The profile whose settings hold, if there is one.
    #[must_use]
    pub fn profile(&self) -> Option<Profile<'a>> {
        self.settings.profile
    }

    /// What decides about hosts.
    #[must_use]
    pub fn settings(&self) -> EndpointSettings<'a> {
        self.settings
    }

    /// Whom to ask for the code of an MFA device.
    #[must_use]
    pub fn mfa(&self) -> MfaPrompt<'a> {
        self.mfa
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// The one HTTP client, for the config of an SDK client.
    #[must_use]
    pub fn http(&self) -> Http {
        self.http.clone()
    }

    /// Says something while nobody listens to what libraries say ([`super::fetch`]).
    pub(crate) fn aloud(&self, say: impl FnOnce()) {
        dispatcher::with_default(&self.listener, say);
    }

    /// Waits for one peer: at most `limit`, and at most what others have left of the whole.
    ///
    /// # Errors
    /// When the time is over; the future is dropped then.
    pub async fn within<F: Future>(
        &self,
        limit: Duration,
        future: F,
    ) -> Result<F::Output, TimedOut> {
        let limit = limit.min(self.patience.get());
        let started = Instant::now();
        let answer = timeout(limit, future).await;
        self.patience
            .set(self.patience.get().saturating_sub(started.elapsed()));
        answer.map_err(|_| TimedOut { limit })
    }
}

/// For all peers of one fetch together; people at prompts and processes have limits of their own.
const PATIENCE: Duration = Duration::from_secs(60);
