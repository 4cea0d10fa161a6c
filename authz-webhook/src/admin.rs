//! The administration's listener: probes and metrics, in clear text, on loopback by default.
//!
//! - `/livez` and `/healthz`: the process answers.
//! - `/readyz`: 200 when every mapping source has loaded once, the certificate is in date and no
//!   end has begun, else 503; `?verbose` says which. A source that keeps older mappings because
//!   the new text is unreadable is `degraded`, and ready. STS plays no part: its outage must not
//!   take every replica out of service.
//!   Nor does our own clock, which `?verbose` holds against that of STS.
//! - `/metrics`: OpenMetrics text.

use std::sync::Arc;

use http::{HeaderValue, Method, Request, StatusCode};
use hyper::body::{Body as _, Incoming};
use iam_cli::readyz::Checks;

use crate::certificate_reload::Certificates;
use crate::clock_skew::{ClockReport, ClockSkew};
use crate::connection::Responder;
use crate::http_response::{self as response, WholeResponse};
use crate::mappings::{SourceReadiness, SourceState, Sources};
use crate::metrics::Metrics;
use crate::shutdown::Phases;
use crate::watched::OpenRequest;

/// What answers on the administration's listener.
#[derive(Debug)]
pub struct Admin {
    /// Must have loaded.
    pub sources: Arc<Sources>,
    /// Must be in date.
    pub certificates: Arc<Certificates>,
    /// Is told of.
    pub clock: Arc<ClockSkew>,
    /// Must be running.
    pub phases: Phases,
    /// What `/metrics` shows.
    pub metrics: Arc<Metrics>,
}

impl Responder for Admin {
    async fn respond(&self, request: Request<Incoming>, open: OpenRequest) -> WholeResponse {
        if !request.body().is_end_stream() {
            open.leaves_body_unread();
        }
        self.answer(
            request.method(),
            request.uri().path(),
            request.uri().query(),
        )
    }
}

impl Admin {
    fn answer(&self, method: &Method, path: &str, query: Option<&str>) -> WholeResponse {
        let known = matches!(path, "/livez" | "/healthz" | "/readyz" | "/metrics");
        if known && method != Method::GET && method != Method::HEAD {
            return response::method_not_allowed("GET, HEAD");
        }
        match path {
            "/livez" | "/healthz" => response::text(StatusCode::OK, "ok\n"),
            "/readyz" => self.readiness().response(query),
            "/metrics" => {
                self.certificates.measure();
                let text = self.metrics.encode();
                let content_type = HeaderValue::from_static(OPEN_METRICS);
                response::whole(StatusCode::OK, content_type, text.into())
            }
            _ => response::text(
                StatusCode::NOT_FOUND,
                "expected /livez, /readyz, /healthz or /metrics\n",
            ),
        }
    }

    fn readiness(&self) -> Readiness {
        Readiness {
            sources: self.sources.readiness(),
            certificate: self.certificates.is_in_date(),
            clock: self.clock.report(),
            running: self.phases.is_running(),
        }
    }
}

#[derive(Debug)]
struct Readiness {
    sources: Vec<SourceReadiness>,
    certificate: bool,
    clock: ClockReport,
    running: bool,
}

impl Readiness {
    fn response(&self, query: Option<&str>) -> WholeResponse {
        let checks = self.checks();
        let status = if checks.all_pass() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        response::text(status, checks.body(query))
    }

    fn checks(&self) -> Checks {
        let mut checks = Checks::default();
        for source in &self.sources {
            match &source.state {
                SourceState::Loading(None) => checks.fail(source.name, "not loaded yet"),
                SourceState::Loading(Some(why)) => {
                    checks.fail(source.name, &format!("not loaded yet: {why}"));
                }
                SourceState::Loaded => checks.pass(source.name, "ok"),
                SourceState::Degraded(why) => {
                    checks.pass(source.name, &format!("degraded: {why}"));
                }
            }
        }
        if self.certificate {
            checks.pass("certificate", "ok");
        } else {
            checks.fail("certificate", "expired, or about to");
        }
        match self.clock {
            ClockReport::NotMeasured => checks.pass("clock", "not compared with STS yet"),
            ClockReport::Small => checks.pass("clock", "ok"),
            ClockReport::Large(skew) => checks.pass("clock", &format!("degraded: {skew}")),
        }
        if self.running {
            checks.pass("shutdown", "ok");
        } else {
            checks.fail("shutdown", "under way");
        }
        checks
    }
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Readiness {
        let source = |name| SourceReadiness {
            name,
            state: SourceState::Loaded,
        };
        Readiness {
            sources: vec![source("MountedFile"), source("EKSConfigMap")],
            certificate: true,
            clock: ClockReport::Small,
            running: true,
        }
    }

    const VERBOSE: Option<&str> = Some("verbose");

    #[test]
    fn is_ready_when_everything_is() {
        let expected = "[+]MountedFile ok\n[+]EKSConfigMap ok\n[+]certificate ok\n[+]clock ok\n\
                        [+]shutdown ok\nok\n";
        assert_eq!(ready().checks().body(VERBOSE), expected);
        assert_eq!(ready().response(None).status(), StatusCode::OK);
    }

    #[test]
    fn is_not_ready_before_every_source_has_loaded() {
        let mut readiness = ready();
        readiness.sources[1].state = SourceState::Loading(Some("line 3:\nx".to_owned()));
        let expected = "[+]MountedFile ok\n[-]EKSConfigMap not loaded yet: line 3:\\nx\n\
                        [+]certificate ok\n[+]clock ok\n[+]shutdown ok\nnot ready\n";
        assert_eq!(readiness.checks().body(VERBOSE), expected);
    }

    #[test]
    fn is_ready_although_degraded_and_says_so() {
        let mut readiness = ready();
        readiness.sources[1].state = SourceState::Degraded("line 3:\nx".to_owned());
        let expected = "[+]MountedFile ok\n[+]EKSConfigMap degraded: line 3:\\nx\n\
                        [+]certificate ok\n[+]clock ok\n[+]shutdown ok\nok\n";
        assert_eq!(readiness.checks().body(VERBOSE), expected);
    }

    #[test]
    fn is_not_ready_with_an_old_certificate_or_at_the_end() {
        let expired = Readiness {
            certificate: false,
            ..ready()
        };
        let ending = Readiness {
            running: false,
            ..ready()
        };
        assert!(!expired.checks().all_pass());
        assert!(!ending.checks().all_pass());
        assert_eq!(
            ending.response(None).status(),
            StatusCode::SERVICE_UNAVAILABLE,
        );
    }
}
