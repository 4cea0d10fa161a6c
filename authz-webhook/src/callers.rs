//! Callers that STS vouched for, remembered by the whole token for a while.
//!
//! What is remembered is the identity alone; what it means to the cluster is looked up anew each
//! time. An entry is fresh for [`CallerSettings::freshness`]; after that STS is asked again, and
//! the entry serves only while STS is down, silent for a second or throttling, never past the
//! token's own 15 minutes. Equal tokens in flight are one question. A question belongs to nobody:
//! it is carried on when the one who came first goes away.

mod flights;
mod memory;
mod token_key;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use iam_core::presigned::PresignedRequest;
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;
use tokio::time::Instant;

use self::flights::{Flights, Outcome};
use self::memory::{Known, Memory};
use self::token_key::{TokenKey, TokenKeys};
use crate::identity::Caller;
use crate::metrics::{CacheOutcome, Metrics};
use crate::refusal::{Bound, Refusal};
use crate::sts::StsClient;

pub use token_key::NoRandomness;

/// How callers are verified.
#[derive(Clone, Copy, Debug)]
pub struct CallerSettings {
    /// How long STS is not asked again.
    pub freshness: Duration,
    /// How long a question may take, with all its attempts.
    pub patience: Duration,
}

impl CallerSettings {
    /// Questions end a little before the request does, so that there is time for an answer.
    #[must_use]
    pub fn within(request_deadline: Duration, freshness: Duration) -> Self {
        let reserve = (request_deadline / 10).min(Duration::from_millis(250));
        Self {
            freshness,
            patience: (request_deadline - reserve).min(LONGEST_QUESTION),
        }
    }
}

/// Questions to STS take at most this long.
const LONGEST_QUESTION: Duration = Duration::from_secs(5);

/// The longest session token that STS gives today makes a token of 7135 bytes.
const USUAL_LEN: usize = 8 * 1024;

/// How the caller became known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Age {
    /// STS said so just now.
    New,
    /// STS said so a moment ago.
    Fresh,
    /// STS said so before it went down or began to throttle.
    Stale,
}

/// Verifies callers: from memory, or by STS.
#[derive(Debug)]
pub struct VerifiedCallers {
    hosts: StsHosts,
    keys: TokenKeys,
    flights: Flights,
    shared: Arc<Shared>,
}

/// What a question needs when those who asked it are gone.
#[derive(Debug)]
struct Shared {
    sts: StsClient,
    memory: Memory,
    settings: CallerSettings,
    metrics: Arc<Metrics>,
}

impl VerifiedCallers {
    /// Nobody is known yet.
    ///
    /// # Errors
    /// [`NoRandomness`] where the system gives no random key.
    pub fn new(
        hosts: StsHosts,
        sts: StsClient,
        settings: CallerSettings,
        metrics: Arc<Metrics>,
    ) -> Result<Self, NoRandomness> {
        let shared = Shared {
            sts,
            memory: Memory::new(settings.freshness),
            settings,
            metrics,
        };
        Ok(Self {
            hosts,
            keys: TokenKeys::random()?,
            flights: Flights::new(),
            shared: Arc::new(shared),
        })
    }

    /// Whom `token` stands for.
    ///
    /// # Errors
    /// A [`Refusal`] by the rules of the token, by STS, or for lack of an answer.
    pub async fn verify(
        &self,
        token: &str,
        now: SystemTime,
    ) -> Result<(Arc<Caller>, Age), Refusal> {
        // What is most likely none is worth a hash only once the rules have taken it.
        let is_strange = token.len() > USUAL_LEN || !token.starts_with(Token::PREFIX);
        let request = is_strange.then(|| Token::parse(token, &self.hosts));
        let request = request.transpose()?;
        let key = self.keys.key(token);
        let known = self.shared.memory.known(&key, now);
        if let Some(known) = known.as_ref().filter(|known| known.is_fresh()) {
            self.shared.metrics.caller_cache(CacheOutcome::Hit);
            return Ok((Arc::clone(&known.caller), Age::Fresh));
        }
        let request = match request {
            Some(request) => request,
            None => Token::parse(token, &self.hosts)?,
        };
        request.check_window(now)?;
        if let Some(rejection) = self.shared.memory.rejection(&key) {
            self.shared.metrics.caller_cache(CacheOutcome::Rejected);
            return Err(rejection);
        }
        // Boxed: what is known already shall not carry about the room for a question.
        match known {
            Some(known) => Box::pin(self.ask_again(key, request, now, known)).await,
            None => Ok((Box::pin(self.ask(key, request, now)).await?, Age::New)),
        }
    }

    async fn ask(
        &self,
        key: TokenKey,
        request: PresignedRequest,
        now: SystemTime,
    ) -> Result<Arc<Caller>, Refusal> {
        self.depart(key, request, now, None)?.arrival().await
    }

    /// The caller was verified before, but not lately.
    async fn ask_again(
        &self,
        key: TokenKey,
        request: PresignedRequest,
        now: SystemTime,
        known: Known,
    ) -> Result<(Arc<Caller>, Age), Refusal> {
        let host = Arc::clone(request.host());
        let suspended = self.shared.sts.is_suspended(&host);
        let asked = self.depart(key, request, now, Some(&known.caller));
        if suspended {
            // STS is down: nobody who is known waits to learn it once more.
            self.shared.metrics.caller_cache(CacheOutcome::Stale);
            return Ok((known.caller, Age::Stale));
        }
        let seat = asked?;
        let outcome = tokio::select! {
            biased;
            outcome = seat.arrival() => Some(outcome),
            // The question goes on: it may end in a rejection yet.
            () = self.shared.sts.silence(&host) => None,
        };
        let outage = match outcome {
            Some(Ok(caller)) => return Ok((caller, Age::New)),
            Some(Err(refusal)) if !refusal.is_outage() => return Err(refusal),
            Some(Err(refusal)) => refusal,
            None => Refusal::StsUnreachable {
                host,
                detail: "no answer in time".into(),
            },
        };
        if !known.is_alive(now) {
            return Err(outage);
        }
        self.shared.metrics.caller_cache(CacheOutcome::Stale);
        Ok((known.caller, Age::Stale))
    }

    /// Joins the question about this token, or begins it.
    fn depart(
        &self,
        key: TokenKey,
        request: PresignedRequest,
        now: SystemTime,
        known: Option<&Arc<Caller>>,
    ) -> Result<flights::Seat, Refusal> {
        let shared = Arc::clone(&self.shared);
        let known = known.map(Arc::clone);
        let already = || self.shared.memory.known(&key, now).filter(Known::is_fresh);
        let (seat, is_first) = self
            .flights
            .board(
                key,
                || already().map(|known| Ok(known.caller)),
                async move { shared.question(key, &request, now, known).await },
            )
            .ok_or(Refusal::Overloaded(Bound::Process))?;
        let outcome = if is_first {
            CacheOutcome::Miss
        } else {
            CacheOutcome::Joined
        };
        self.shared.metrics.caller_cache(outcome);
        Ok(seat)
    }
}

impl Shared {
    async fn question(
        &self,
        key: TokenKey,
        request: &PresignedRequest,
        now: SystemTime,
        known: Option<Arc<Caller>>,
    ) -> Outcome {
        let began = Instant::now();
        let host = request.host();
        let cluster = known.as_ref().and_then(|caller| caller.cluster_id());
        let vouched = match self
            .sts
            .identify(request, began + self.settings.patience, cluster)
            .await
        {
            Ok(vouched) => vouched,
            Err(failure) => {
                let is_rejection = failure.is_rejection();
                let refusal = failure.into_refusal(host);
                if is_rejection {
                    self.memory.reject(key, refusal.clone());
                }
                return Err(refusal);
            }
        };
        match Caller::verify(vouched, request) {
            Ok(caller) => {
                let caller = Arc::new(caller);
                let lifetime = request.expires_at().duration_since(now).unwrap_or_default();
                self.memory.learn(
                    key,
                    Arc::clone(&caller),
                    request.expires_at(),
                    began + lifetime,
                );
                Ok(caller)
            }
            Err(refusal) => {
                self.memory.forget(&key);
                if matches!(refusal, Refusal::Contradictory { .. }) {
                    self.metrics.sts_contradicted(host.name());
                }
                Err(refusal)
            }
        }
    }
}

#[cfg(test)]
mod tests;
