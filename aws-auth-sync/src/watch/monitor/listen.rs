//! The listener of probes and Prometheus: HTTP/1.1 in clear text, one request a connection.
//!
//! - `/livez` and `/healthz`: the process answers.
//! - `/readyz`: 200 when a first sync is done, or another replica holds the lease, else 503;
//!   `?verbose` says more.
//! - `/metrics`: OpenMetrics text.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::Monitor;

type Answer = Response<Full<Bytes>>;

/// Answers for as long as it is polled.
pub(in crate::watch) async fn serve(listener: &TcpListener, monitor: &Monitor) -> Infallible {
    let mut open = FuturesUnordered::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if open.len() < MOST_CONNECTIONS => match accepted {
                Ok((stream, _)) => open.push(connection(stream, monitor)),
                // Of files, say, there are none left for a while.
                Err(_) => sleep(PAUSE).await,
            },
            Some(()) = open.next(), if !open.is_empty() => {}
        }
    }
}

/// How a connection ends is the client's affair.
async fn connection(stream: TcpStream, monitor: &Monitor) {
    let service = service_fn(async |request: Request<Incoming>| {
        Ok::<_, Infallible>(answer(&request, monitor))
    });
    let served = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(MOST_BYTES)
        .timer(TokioTimer::new())
        .header_read_timeout(DEADLINE)
        .serve_connection(TokioIo::new(stream), service);
    let _ended = timeout(DEADLINE, served).await;
}

fn answer<B>(request: &Request<B>, monitor: &Monitor) -> Answer {
    let uri = request.uri();
    let is_known = ["/livez", "/healthz", "/readyz", "/metrics"].contains(&uri.path());
    if is_known && !matches!(*request.method(), Method::GET | Method::HEAD) {
        return whole(StatusCode::METHOD_NOT_ALLOWED, TEXT, "expected GET\n");
    }
    match uri.path() {
        "/livez" | "/healthz" => whole(StatusCode::OK, TEXT, "ok\n"),
        "/readyz" => {
            let checks = monitor.readiness();
            let status = if checks.all_pass() {
                StatusCode::OK
            } else {
                StatusCode::SERVICE_UNAVAILABLE
            };
            whole(status, TEXT, checks.body(uri.query()))
        }
        "/metrics" => whole(StatusCode::OK, OPEN_METRICS, monitor.metrics()),
        _ => whole(
            StatusCode::NOT_FOUND,
            TEXT,
            "expected /livez, /readyz, /healthz or /metrics\n",
        ),
    }
}

fn whole(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

const TEXT: &str = "text/plain; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// A few probes and scrapes at once; more wait.
const MOST_CONNECTIONS: usize = 32;
/// Of one request: the least that hyper takes.
const MOST_BYTES: usize = 8 * 1024;
/// For a connection from its beginning to its end.
const DEADLINE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);
