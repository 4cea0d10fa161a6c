//! One request and its answer.

use std::error::Error;
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::connection::{Peer, Stream};
use super::proxy::{Protocol, Proxy};
use super::{Http, HttpError, Limits, Route};

pub(super) async fn exchange(
    http: &Http,
    request: Request<SdkBody>,
    limits: Limits,
    route: Route,
) -> Result<Response<Bytes>, HttpError> {
    let peer = Peer::of(request.uri())?;
    let proxy = match route {
        Route::Settings => http.0.proxies.before(request.uri())?,
        Route::Direct => None,
    };
    let stream = timeout(limits.connect, peer.connect(http, proxy.as_ref()))
        .await
        .map_err(|_| too_slow(&peer, proxy.as_ref(), limits.connect))??;
    let request = addressed(request, &peer, proxy.as_ref())?;
    timeout(limits.answer, talk(stream, request, &peer, limits.bytes))
        .await
        .map_err(|_| HttpError::AnswerTimeout {
            peer: peer.name(),
            limit: limits.answer,
        })?
}

fn too_slow(peer: &Peer, proxy: Option<&Proxy>, limit: Duration) -> HttpError {
    let peer = peer.name();
    match proxy {
        None => HttpError::ConnectTimeout { peer, limit },
        Some(proxy) => HttpError::Proxy {
            peer,
            proxy: proxy.peer.name(),
            variable: proxy.variable,
            source: format!("no connection within {} s", limit.as_secs_f64()).into(),
        },
    }
}

async fn talk(
    stream: Box<dyn Stream>,
    request: Request<SdkBody>,
    peer: &Peer,
    limit: usize,
) -> Result<Response<Bytes>, HttpError> {
    let broken = |error: hyper::Error| HttpError::Exchange {
        peer: peer.name(),
        source: error.into(),
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    // Ends with this function: the set aborts what it holds when it is dropped.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let (head, body) = sender
        .send_request(request)
        .await
        .map_err(broken)?
        .into_parts();
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(error) => Err(cut_short(error, peer, limit)),
    }
}

fn cut_short(error: Box<dyn Error + Send + Sync>, peer: &Peer, limit: usize) -> HttpError {
    if error.is::<LengthLimitError>() {
        return HttpError::TooLarge {
            peer: peer.name(),
            limit,
        };
    }
    HttpError::Exchange {
        peer: peer.name(),
        source: error,
    }
}

/// Names the host in a header and, but for proxies, the path alone in the request line.
fn addressed(
    mut request: Request<SdkBody>,
    peer: &Peer,
    proxy: Option<&Proxy>,
) -> Result<Request<SdkBody>, HttpError> {
    let uri = request.uri().clone();
    if !request.headers().contains_key(HOST) {
        let host = uri.authority().map(|authority| authority.as_str());
        let host = host.and_then(|host| host.rsplit('@').next());
        let value = host.and_then(|host| HeaderValue::from_str(host).ok());
        let value = value.ok_or_else(|| HttpError::Url { url: peer.name() })?;
        request.headers_mut().insert(HOST, value);
    }
    let forwarding = proxy.filter(|proxy| peer.is_forwarded_by(proxy));
    match forwarding.map(|proxy| &proxy.protocol) {
        Some(Protocol::Http { authorization }) => {
            let headers = request.headers_mut();
            headers.extend(
                authorization
                    .iter()
                    .map(|value| (PROXY_AUTHORIZATION, value.clone())),
            );
        }
        Some(Protocol::Socks5 { .. }) | None => {
            let path = uri.path_and_query().cloned();
            *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
        }
    }
    Ok(request)
}
