//! The administration's listener: probes and metrics, in clear text, on loopback by default.
//!
//! - `/livez` and `/healthz`: the process answers.
//! - `/readyz`: 200 when every mapping source has loaded once, the certificate is in date and no
//!   end has begun, else 503; `?verbose` says which. A source that keeps older mappings because
//!   the new text is unreadable is `degraded`, and ready. STS plays no part: its outage must not
//!   take every replica out of service.
//!   Nor does our own clock, which `?verbose` holds against that of STS.
//! - `/metrics`: OpenMetrics text.

use std::fmt::Write as _;
use std::sync::Arc;

use http::{HeaderValue, Method, Request, StatusCode};
use hyper::body::{Body as _, Incoming};

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
            "/readyz" => self.readiness().response(is_verbose(query)),
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
    fn is_ready(&self) -> bool {
        let loaded = |source: &SourceReadiness| !matches!(source.state, SourceState::Loading(_));
        self.running && self.certificate && self.sources.iter().all(loaded)
    }

    fn response(&self, verbose: bool) -> WholeResponse {
        let (status, word) = if self.is_ready() {
            (StatusCode::OK, "ok")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready")
        };
        let body = if verbose {
            format!("{}{word}\n", self.details())
        } else {
            format!("{word}\n")
        };
        response::text(status, body)
    }

    fn details(&self) -> String {
        let mut text = String::new();
        let mut say = |good: bool, name: &str, what: &str| {
            let sign = if good { '+' } else { '-' };
            writeln!(text, "[{sign}]{name} {what}").expect("a String takes all");
        };
        for source in &self.sources {
            match &source.state {
                SourceState::Loading(None) => say(false, source.name, "not loaded yet"),
                SourceState::Loading(Some(why)) => {
                    let why = format!("not loaded yet: {}", why.escape_debug());
                    say(false, source.name, &why);
                }
                SourceState::Loaded => say(true, source.name, "ok"),
                SourceState::Degraded(why) => {
                    say(
                        true,
                        source.name,
                        &format!("degraded: {}", why.escape_debug()),
                    );
                }
            }
        }
        let in_date = if self.certificate {
            "ok"
        } else {
            "expired, or about to"
        };
        say(self.certificate, "certificate", in_date);
        match self.clock {
            ClockReport::NotMeasured => say(true, "clock", "not compared with STS yet"),
            ClockReport::Small => say(true, "clock", "ok"),
            ClockReport::Large(skew) => say(true, "clock", &format!("degraded: {skew}")),
        }
        say(
            self.running,
            "shutdown",
            if self.running { "ok" } else { "under way" },
        );
        text
    }
}

fn is_verbose(query: Option<&str>) -> bool {
    query.is_some_and(|query| {
        query
            .split('&')
            .any(|pair| pair == "verbose" || pair.starts_with("verbose="))
    })
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

    #[test]
    fn is_ready_when_everything_is() {
        let expected = "[+]MountedFile ok\n[+]EKSConfigMap ok\n[+]certificate ok\n[+]clock ok\n[+]shutdown ok\n";
        assert!(ready().is_ready());
        assert_eq!(ready().details(), expected);
    }

    #[test]
    fn is_not_ready_before_every_source_has_loaded() {
        let mut readiness = ready();
        readiness.sources[1].state = SourceState::Loading(Some("line 3:\nx".to_owned()));
        let expected = "[+]MountedFile ok\n[-]EKSConfigMap not loaded yet: line 3:\\nx\n[+]certificate ok\n\
                        [+]clock ok\n[+]shutdown ok\n";
        assert!(!readiness.is_ready());
        assert_eq!(readiness.details(), expected);
    }

    #[test]
    fn is_ready_although_degraded_and_says_so() {
        let mut readiness = ready();
        readiness.sources[1].state = SourceState::Degraded("line 3:\nx".to_owned());
        let expected = "[+]MountedFile ok\n[+]EKSConfigMap degraded: line 3:\\nx\n\
                        [+]certificate ok\n[+]clock ok\n[+]shutdown ok\n";
        assert!(readiness.is_ready());
        assert_eq!(readiness.details(), expected);
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
        assert!(!expired.is_ready());
        assert!(!ending.is_ready());
        assert_eq!(
            ending.response(false).status(),
            StatusCode::SERVICE_UNAVAILABLE,
        );
    }

    #[test]
    fn verbose_is_asked_for_as_with_kube_apiserver() {
        let cases = [
            (None, false),
            (Some(""), false),
            (Some("verbose"), true),
            (Some("verbose=1"), true),
            (Some("timeout=3s&verbose"), true),
            (Some("verbosely"), false),
        ];
        for (query, expected) in cases {
            assert_eq!(is_verbose(query), expected, "{query:?}");
        }
    }
}
