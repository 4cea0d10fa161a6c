//! The end: what is under way is answered, what is idle does not hold it up.

use std::net::SocketAddr;

use hyper_util::rt::{TokioExecutor, TokioIo};
use iam_core::presigned::{PresignedParts, PresignedRequest};
use iam_core::sts_host::{DualStack, Fips, StsHost};
use iam_core::token::Token;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Answer, Webhook, answer, exchange_http1, now, review};

/// An STS that takes connections and never says anything.
struct SilentSts {
    socket: TcpListener,
}

impl SilentSts {
    async fn start() -> Self {
        Self {
            socket: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// Ends when the webhook begins to ask; the question stays open while the stream lives.
    async fn asked(&self) -> TcpStream {
        self.socket.accept().await.unwrap().0
    }

    fn settings(&self, more: &str) -> String {
        format!(
            "stsResolve:\n  sts.eu-west-1.amazonaws.com: {}\n{more}",
            self.address()
        )
    }
}

/// A token in every respect but the signature.
fn token() -> String {
    let request = PresignedRequest::new(PresignedParts {
        host: StsHost::Regional {
            region: "eu-west-1".parse().unwrap(),
            fips: Fips::No,
            dual_stack: DualStack::No,
        },
        access_key_id: "AKIAIOSFODNN7EXAMPLE".parse().unwrap(),
        date: now(),
        expires: 60,
        session_token: None,
        signature: "0".repeat(64).parse().unwrap(),
    })
    .unwrap();
    Token::mint(&request).expose().to_owned()
}

const UNREACHABLE: (u16, &str) = (503, "sts_unreachable\n");

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body.as_str())
}

#[tokio::test]
async fn answers_requests_under_way_on_http1_and_is_not_ready_meanwhile() {
    let sts = SilentSts::start().await;
    let webhook = Webhook::start(&sts.settings("requestDeadline: 1s\n")).await;
    let stream = webhook.connect(b"http/1.1").await;
    let request = tokio::spawn(exchange_http1(stream, review("v1", &token())));
    let _question = sts.asked().await;
    webhook.signal("TERM");
    while webhook.admin("/readyz").await.status == 200 {
        tokio::task::yield_now().await;
    }
    let not_ready = webhook.admin("/readyz?verbose").await;
    let expected = "[+]MountedFile ok\n[+]certificate ok\n[+]clock not compared with STS \
                   yet\n[-]shutdown under way\nnot ready\n";
    assert_eq!(told(&not_ready), (503, expected));
    while TcpStream::connect(webhook.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let answer = request.await.unwrap().unwrap();
    assert_eq!(told(&answer), UNREACHABLE);
    assert_eq!(
        answer.headers.get("connection").map(String::as_str),
        Some("close")
    );
    let (status, stderr) = webhook.ended().await;
    assert_eq!(status.code(), Some(0), "{stderr}");
    assert!(
        stderr.contains("\"reason\":\"sts_unreachable\""),
        "{stderr}"
    );
}

#[tokio::test]
async fn answers_requests_under_way_on_http2() {
    let sts = SilentSts::start().await;
    let webhook = Webhook::start(&sts.settings("requestDeadline: 1s\n")).await;
    let stream = TokioIo::new(webhook.connect(b"h2").await);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
            .await
            .unwrap();
    let connection = tokio::spawn(connection);
    let request = sender.send_request(review("v1", &token()));
    let request = tokio::spawn(async move { answer(request.await.unwrap()).await.unwrap() });
    let _question = sts.asked().await;
    webhook.signal("TERM");
    assert_eq!(told(&request.await.unwrap()), UNREACHABLE);
    // The connection ended by GOAWAY, not by a cut.
    connection.await.unwrap().unwrap();
    let (status, stderr) = webhook.ended().await;
    assert_eq!(status.code(), Some(0), "{stderr}");
}

#[tokio::test]
async fn cuts_what_takes_longer_than_the_grace_and_exits_0() {
    let sts = SilentSts::start().await;
    let webhook = Webhook::start(&sts.settings("requestDeadline: 25s\nshutdownGrace: 1s\n")).await;
    let stream = webhook.connect(b"http/1.1").await;
    let request = tokio::spawn(exchange_http1(stream, review("v1", &token())));
    let _question = sts.asked().await;
    webhook.signal("TERM");
    let (status, stderr) = webhook.ended().await;
    assert_eq!(status.code(), Some(0), "{stderr}");
    assert!(
        stderr.contains("connections were cut after server.shutdownGrace (1s)"),
        "{stderr}"
    );
    assert!(request.await.unwrap().is_err());
}

#[tokio::test]
async fn a_second_signal_cuts_what_is_under_way_and_exits_0() {
    let sts = SilentSts::start().await;
    let settings = sts.settings("requestDeadline: 25s\nshutdownGrace: 10m\n");
    let webhook = Webhook::start(&settings).await;
    let stream = webhook.connect(b"http/1.1").await;
    let request = tokio::spawn(exchange_http1(stream, review("v1", &token())));
    let _question = sts.asked().await;
    webhook.signal("TERM");
    while webhook.admin("/readyz").await.status == 200 {
        tokio::task::yield_now().await;
    }
    webhook.signal("TERM");
    let (status, stderr) = webhook.ended().await;
    assert_eq!(status.code(), Some(0), "{stderr}");
    assert!(
        stderr.contains("connections were cut by a second signal"),
        "{stderr}"
    );
    assert!(request.await.unwrap().is_err());
}

#[tokio::test]
async fn idle_connections_do_not_hold_the_end_up() {
    let webhook = Webhook::start("shutdownGrace: 10m\n").await;
    let (mut http1, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(webhook.connect(b"http/1.1").await))
            .await
            .unwrap();
    let http1_connection = tokio::spawn(connection);
    let (mut http2, connection) = hyper::client::conn::http2::handshake(
        TokioExecutor::new(),
        TokioIo::new(webhook.connect(b"h2").await),
    )
    .await
    .unwrap();
    let http2_connection = tokio::spawn(connection);
    for response in [
        http1.send_request(review("v1", "nonsense")).await.unwrap(),
        http2.send_request(review("v1", "nonsense")).await.unwrap(),
    ] {
        assert_eq!(answer(response).await.unwrap().status, 200);
    }
    webhook.signal("TERM");
    let (status, stderr) = webhook.ended().await;
    assert_eq!(status.code(), Some(0), "{stderr}");
    http1_connection.await.unwrap().unwrap();
    http2_connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_the_end_overtakes_is_still_answered() {
    let sts = SilentSts::start().await;
    let webhook = Webhook::start(&sts.settings("requestDeadline: 1s\n")).await;
    // One request holds the end up; an idle HTTP/1.1 connection asks once more meanwhile.
    let busy = webhook.connect(b"http/1.1").await;
    let busy = tokio::spawn(exchange_http1(busy, review("v1", &token())));
    let idle = webhook.connect(b"http/1.1").await;
    let _question = sts.asked().await;
    webhook.signal("TERM");
    let last = exchange_http1(idle, review("v1", "nonsense"))
        .await
        .unwrap();
    assert_eq!(last.status, 200);
    assert_eq!(told(&busy.await.unwrap().unwrap()), UNREACHABLE);
    let (status, stderr) = webhook.ended().await;
    assert_eq!(status.code(), Some(0), "{stderr}");
}
