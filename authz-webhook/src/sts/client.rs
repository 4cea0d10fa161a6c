//! The question and its answer: one connection pool, bounds, deadlines, a circuit per host,
//! retries where they can help.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::DATE;
use http::uri::Scheme;
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use iam_aws::http::Http;
use iam_core::cluster::ClusterId;
use iam_core::error_chain::ErrorChain;
use iam_core::presigned::PresignedRequest;
use iam_core::sts_host::{ListedHost, StsHosts};
use rustls::RootCertStore;
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout_at};

use super::answer::{Answer, Format};
use super::circuit::{Circuit, Passage};
use super::clusters::{Brake, Charge, Cluster, Clusters};
use super::connector::{Connector, Resolve};
use super::failure::{Failure, Senseless};
use super::gate::Gate;
use super::silence::{Asked, Silence};
use crate::clock_skew::ClockSkew;
use crate::metrics::Metrics;
use crate::refusal::Bound;

/// What the client is made of.
#[derive(Debug)]
pub struct StsSettings<'a> {
    /// The cluster that tokens must be signed for.
    pub cluster_id: &'a ClusterId,
    /// Clusters that they may be signed for as well.
    pub additional_cluster_ids: &'a [ClusterId],
    /// The hosts that may be asked.
    pub hosts: &'a StsHosts,
    /// The roots that their certificates must lead to.
    pub roots: RootCertStore,
    /// Where they are.
    pub resolve: Resolve,
    /// What may stand before them.
    pub proxies: Http,
    /// Learns how far our clock is from theirs.
    pub clock_skew: Arc<ClockSkew>,
    /// The clock.
    pub clock: fn() -> SystemTime,
}

/// Why there is no client.
#[derive(Debug, Error)]
#[error("cannot set up TLS for STS")]
pub struct StsSetupError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Whom STS vouches for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Vouched {
    /// What STS said.
    pub answer: Answer,
    /// The cluster that the request was signed for, where more than one is served.
    pub cluster_id: Option<Arc<ClusterId>>,
}

/// A question under way, with whatever cluster id.
struct Question<'a> {
    request: &'a PresignedRequest,
    deadline: Instant,
    circuit: &'a Circuit,
    attempts_left: u32,
}

/// Asks STS who signed. One per process.
#[derive(Debug)]
pub struct StsClient {
    http: Client<Connector, Empty<Bytes>>,
    clusters: Clusters,
    brake: Brake,
    gate: Gate,
    circuits: Vec<Circuit>,
    silences: Vec<Silence>,
    jitter: RandomState,
    clock_skew: Arc<ClockSkew>,
    clock: fn() -> SystemTime,
    metrics: Arc<Metrics>,
}

impl StsClient {
    /// A client with a connection pool of its own.
    ///
    /// # Errors
    /// [`StsSetupError`] where TLS cannot be set up.
    pub fn new(settings: StsSettings<'_>, metrics: Arc<Metrics>) -> Result<Self, StsSetupError> {
        let connector = Connector::new(settings.roots, settings.resolve, settings.proxies)
            .map_err(|error| StsSetupError(error.into()))?;
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(POOL_IDLE_PER_HOST)
            .http1_max_buf_size(HEAD_AND_BUFFER)
            .build(connector);
        let hosts = settings.hosts.iter().len();
        let start = Instant::now();
        Ok(Self {
            http,
            clusters: Clusters::new(settings.cluster_id, settings.additional_cluster_ids)
                .map_err(|error| StsSetupError(error.into()))?,
            brake: Brake::new(start),
            gate: Gate::new(hosts),
            circuits: (0..hosts).map(|_| Circuit::new(start)).collect(),
            silences: (0..hosts).map(|_| Silence::default()).collect(),
            jitter: RandomState::new(),
            clock_skew: settings.clock_skew,
            clock: settings.clock,
            metrics,
        })
    }

    /// Whether the host failed so often a moment ago that it is only probed.
    #[must_use]
    pub fn is_suspended(&self, host: &ListedHost) -> bool {
        self.circuits.get(host.id()).is_some_and(Circuit::is_open)
    }

    /// Ends when the host, although asked, has said nothing to anybody for a second.
    pub async fn silence(&self, host: &ListedHost) {
        match self.silences.get(host.id()) {
            Some(silence) => silence.lasts().await,
            None => std::future::pending().await,
        }
    }

    /// Asks the host that `request` was signed for who signed it, until `deadline`; first with the
    /// cluster that it is `known` to be signed for.
    ///
    /// # Errors
    /// A [`Failure`]: refused for good, or not answered now.
    pub async fn identify(
        &self,
        request: &PresignedRequest,
        deadline: Instant,
        known: Option<&ClusterId>,
    ) -> Result<Vouched, Failure> {
        let host = request.host();
        let circuit = self.circuits.get(host.id()).ok_or(Failure::CircuitOpen)?;
        let attempts_left = match circuit.pass(Instant::now()) {
            Passage::Closed => ATTEMPTS,
            Passage::Probe => 1,
            Passage::Refused => return Err(Failure::CircuitOpen),
        };
        let access_key = request.access_key_id();
        let _permit = self
            .gate
            .enter(host.id(), access_key.as_str(), deadline)
            .await
            .map_err(Failure::Overloaded)?;
        let question = Question {
            request,
            deadline,
            circuit,
            attempts_left,
        };
        self.try_clusters(question, known).await
    }

    /// One cluster after the other, while STS says that the signature does not match.
    async fn try_clusters(
        &self,
        mut question: Question<'_>,
        known: Option<&ClusterId>,
    ) -> Result<Vouched, Failure> {
        let mut charge = None;
        let mut mismatch = Failure::CircuitOpen;
        for (tried, cluster) in self.clusters.from(known).enumerate() {
            if tried == 1 {
                charge = Some(self.charge(&question)?);
            }
            if tried > 0 && question.is_late(Duration::ZERO) {
                // It is no failure of the host that there are many clusters.
                let why = "no time is left to try the other cluster ids";
                return Err(Failure::Unreachable(why.to_owned()));
            }
            match self.ask(cluster, &mut question).await {
                Err(failure) if failure.is_signature_mismatch() => mismatch = failure,
                decided => return decided.map(|answer| self.vouched(answer, cluster)),
            }
        }
        if let Some(charge) = charge {
            charge.spend();
        }
        Err(mismatch)
    }

    fn charge(&self, question: &Question<'_>) -> Result<Charge<'_>, Failure> {
        let access_key = question.request.access_key_id();
        self.brake
            .charge(access_key.as_str(), Instant::now())
            .ok_or(Failure::Overloaded(Bound::OtherClusters))
    }

    fn vouched(&self, answer: Answer, cluster: &Cluster) -> Vouched {
        let cluster_id = (!self.clusters.are_one()).then(|| Arc::clone(&cluster.id));
        if let Some(id) = &cluster_id {
            self.metrics.cluster_id_matched(id.as_str());
        }
        Vouched { answer, cluster_id }
    }

    /// Asks with one cluster id, again where that can help.
    async fn ask(&self, cluster: &Cluster, question: &mut Question<'_>) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            let result = self.attempt(cluster, question).await;
            self.record(question.circuit, question.request.host(), &result);
            let Err(failure) = result else { return result };
            if !failure.may_be_retried() {
                return Err(failure);
            }
            question.attempts_left = question.attempts_left.saturating_sub(1);
            let pause = self.pause(attempt);
            if question.attempts_left == 0 || question.is_late(pause) {
                return Err(failure);
            }
            sleep(pause).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, cluster: &Cluster, question: &Question<'_>) -> Result<Answer, Failure> {
        let _call = self.metrics.sts_call();
        let request = question.request;
        let asked = self.silences.get(request.host().id()).map(Silence::ask);
        let exchange = self.exchange(cluster, request, asked.as_ref());
        match timeout_at(question.deadline, exchange).await {
            Ok(result) => result,
            Err(_) => Err(Failure::Unreachable("no answer in time".to_owned())),
        }
    }

    async fn exchange(
        &self,
        cluster: &Cluster,
        request: &PresignedRequest,
        asked: Option<&Asked<'_>>,
    ) -> Result<Answer, Failure> {
        let outgoing = outgoing(cluster, request)?;
        let began = Instant::now();
        let response = self
            .http
            .request(outgoing)
            .await
            .map_err(|error| unreachable(&error))?;
        asked.inspect(|asked| asked.heard());
        let (head, body) = response.into_parts();
        if let Some(date) = date(&head.headers) {
            let host = request.host().name();
            self.clock_skew
                .observe(host, date, began.elapsed(), (self.clock)());
        }
        self.metrics
            .sts_response(request.host().name(), head.status.as_u16());
        let body = Limited::new(body, MAX_BODY)
            .collect()
            .await
            .map_err(of_body)?
            .to_bytes();
        let format = Format::of(&head.headers);
        if head.status != StatusCode::OK {
            return Err(Failure::of_error(head.status, &body, format));
        }
        Ok(Answer::parse(&body, format.ok_or(Senseless::ContentType)?)?)
    }

    fn record(&self, circuit: &Circuit, host: &ListedHost, result: &Result<Answer, Failure>) {
        match result {
            Err(Failure::Throttled) => self.metrics.sts_throttled(host.name()),
            Err(Failure::Unreachable(_)) => self.metrics.sts_connection_failed(host.name()),
            Ok(_) | Err(_) => {}
        }
        let failed = result.as_ref().is_err_and(Failure::counts_against_the_host);
        if !failed {
            if circuit.is_open() {
                tracing::info!(target: iam_cli::NOTICE, sts = host.name(), "STS answers again");
                self.metrics.sts_circuit(host.name(), false);
            }
            circuit.succeeded();
        } else if circuit.failed(Instant::now()) {
            tracing::warn!(
                sts = host.name(),
                "STS fails repeatedly; asked once a second until it answers"
            );
            self.metrics.sts_circuit(host.name(), true);
        }
    }

    /// Between half and the whole of 100 ms, doubled with each attempt.
    fn pause(&self, attempt: u32) -> Duration {
        let longest = FIRST_PAUSE.saturating_mul(1 << attempt.min(8).saturating_sub(1));
        let random = self.jitter.hash_one(Instant::now()) % 512;
        let part = u32::try_from(random).unwrap_or(0);
        longest / 2 + longest / 1_024 * part
    }
}

impl Question<'_> {
    /// Whether too little time is left after a pause for another call to be worth its connection.
    fn is_late(&self, pause: Duration) -> bool {
        Instant::now() + pause + LEAST_TIME_FOR_A_RETRY > self.deadline
    }
}

/// The request in full: everything in it is ours or was parsed and spelt anew.
fn outgoing(
    cluster: &Cluster,
    request: &PresignedRequest,
) -> Result<Request<Empty<Bytes>>, Failure> {
    let impossible = |_| Failure::Unreachable("the request cannot be spelt".to_owned());
    let uri = Uri::builder()
        .scheme(Scheme::HTTPS)
        .authority(request.host().name())
        .path_and_query(request.path_and_query())
        .build()
        .map_err(impossible)?;
    let mut outgoing = Request::new(Empty::new());
    *outgoing.method_mut() = Method::GET;
    *outgoing.uri_mut() = uri;
    *outgoing.headers_mut() = cluster.headers.clone();
    Ok(outgoing)
}

/// When STS says that it answers.
fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let text = headers.get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok()
}

/// What a failed exchange says, without the URL.
fn unreachable(error: &hyper_util::client::legacy::Error) -> Failure {
    Failure::Unreachable(ErrorChain(error).to_string())
}

fn of_body(error: Box<dyn std::error::Error + Send + Sync>) -> Failure {
    if error.is::<LengthLimitError>() {
        return Senseless::TooLong.into();
    }
    Failure::Unreachable(ErrorChain(&*error).to_string())
}

/// How often a question is asked at most where STS gives no answer.
const ATTEMPTS: u32 = 3;
/// The longest pause before the second attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// With less time left, an attempt is not worth its connection.
const LEAST_TIME_FOR_A_RETRY: Duration = Duration::from_secs(1);
/// An answer of STS is below 1 KiB.
const MAX_BODY: usize = 64 * 1024;
/// For the head of an answer.
const HEAD_AND_BUFFER: usize = 64 * 1024;
/// STS closes idle connections itself; this is for those that vanish without a word.
const POOL_IDLE: Duration = Duration::from_secs(50);
const POOL_IDLE_PER_HOST: usize = 64;
