use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};
use iam_core::error_chain::ErrorChain;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Http, HttpError, Limits, Route};
use crate::environment::{EndpointVariables, Environment};
use crate::test_peer::{TestPeer, answer, closed_port, question};

fn http(endpoints: EndpointVariables) -> Http {
    let environment = Environment {
        endpoints,
        ..Environment::default()
    };
    Http::new(&environment, None)
}

fn send(http: &Http, url: &str, route: Route) -> Result<Response<Bytes>, HttpError> {
    let request = Request::get(url).body(SdkBody::empty()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(http.send(request, Limits::default(), route))
}

/// The error with its causes, and the hint.
fn failure(sent: Result<Response<Bytes>, HttpError>) -> (String, String) {
    let error = sent.map(|answer| answer.status()).unwrap_err();
    (ErrorChain(&error).to_string(), error.hint())
}

fn proxied(variables: [Option<&str>; 4]) -> Http {
    let [http_proxy, https_proxy, all_proxy, no_proxy] = variables.map(|v| v.map(str::to_owned));
    http(EndpointVariables {
        http_proxy,
        https_proxy,
        all_proxy,
        no_proxy,
        ..EndpointVariables::default()
    })
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let peer = TestPeer::answering([
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
            .to_owned(),
    ]);
    let http = http(EndpointVariables::default());
    let sent = send(&http, &format!("{}/a?b=c", peer.url()), Route::Settings).unwrap();
    assert_eq!(sent.status(), 302);
    let expected = format!("GET /a?b=c HTTP/1.1\r\nhost: {}\r\n\r\n", peer.host());
    assert_eq!(peer.heard(), expected);
}

#[test]
fn an_answer_of_more_than_a_mebibyte_is_refused() {
    let peer = TestPeer::answering([answer("200 OK", &"x".repeat((1 << 20) + 1))]);
    let (error, _) = failure(send(
        &http(EndpointVariables::default()),
        &peer.url(),
        Route::Settings,
    ));
    let expected = format!("the answer of {} is larger than 1048576 bytes", peer.host());
    assert_eq!(error, expected);
}

#[test]
fn tells_a_closed_port_from_an_unknown_name_and_from_silence() {
    let http = http(EndpointVariables::default());
    let closed = closed_port();
    let (error, hint) = failure(send(&http, &format!("http://{closed}"), Route::Settings));
    let start = format!("connecting to {closed}: tcp connect error: Connection refused");
    assert!(error.starts_with(&start), "{error}");
    assert_eq!(
        hint,
        "check the endpoint URL and the network, or set HTTPS_PROXY where one is needed"
    );

    // A label of more than 63 characters is refused before any server is asked.
    let long = format!("{}.invalid", "x".repeat(64));
    let (error, hint) = failure(send(&http, &format!("http://{long}"), Route::Settings));
    assert!(
        error.starts_with(&format!("looking up {long}:80: ")),
        "{error}"
    );
    assert_eq!(hint, "check the region, the endpoint URL and the network");

    let silent = TestPeer::answering([String::new()]);
    let request = Request::get(silent.url()).body(SdkBody::empty()).unwrap();
    let limits = Limits {
        connect: Duration::from_secs(5),
        answer: Duration::from_millis(50),
        bytes: Limits::USUAL,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (error, _) = failure(runtime.block_on(http.send(request, limits, Route::Settings)));
    assert_eq!(
        error,
        format!("no whole answer of {} within 0.05 s", silent.host())
    );
}

#[test]
fn a_proxy_is_asked_for_plain_addresses_with_its_password() {
    let proxy = TestPeer::answering([answer("200 OK", "by proxy")]);
    let address = format!("http://ann:s3cret@{}", proxy.host());
    let http = proxied([Some(&address), None, None, None]);
    let sent = send(&http, "http://sts.example:80/a", Route::Settings).unwrap();
    assert_eq!(sent.body(), "by proxy");
    assert_eq!(
        proxy.heard(),
        "GET http://sts.example:80/a HTTP/1.1\r\nhost: sts.example:80\r\n\
         proxy-authorization: Basic YW5uOnMzY3JldA==\r\n\r\n",
    );
}

#[test]
fn a_proxy_is_a_tunnel_to_https_and_its_refusal_shows_no_password() {
    let proxy = TestPeer::answering([answer("407 Proxy Authentication Required", "")]);
    let address = format!("http://ann:s3cret@{}", proxy.host());
    let http = proxied([None, Some(&address), None, None]);
    let (error, hint) = failure(send(&http, "https://sts.example/", Route::Settings));
    let expected = format!(
        "reaching sts.example:443 by the proxy {} of HTTPS_PROXY: tunnel error: proxy \
         authorization required",
        proxy.host()
    );
    assert_eq!(error, expected);
    assert_eq!(hint, "check HTTPS_PROXY, or name the host in NO_PROXY");
    assert_eq!(
        proxy.heard(),
        "CONNECT sts.example:443 HTTP/1.1\r\nHost: sts.example:443\r\n\
         Proxy-Authorization: Basic YW5uOnMzY3JldA==\r\n\r\n",
    );
}

#[test]
fn a_proxy_that_makes_no_sense_is_named_and_not_quoted() {
    let head = |rest: &str| format!("HTTP/1.1 200 OK\r\n{rest}");
    let long = format!("x: {}\r\n", "y".repeat(9_000));
    let many = "x: y\r\n".repeat(101);
    for (answer, why) in [
        ("SSH-2.0-\u{1b}[2J\r\n\r\n".to_owned(), "unsuccessful"),
        ("{\"k8s\": 1}".to_owned(), "unsuccessful"),
        (head("x y\r\n\r\n"), "unsuccessful"),
        (head(&many), "unsuccessful"),
        (head(&long), "proxy response headers too long"),
        (head("x: y\r\n"), "unexpected end of file"),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n".to_owned(),
            "unsuccessful",
        ),
        (
            "HTTP/1.1 503 \u{1b}[2J\r\n\r\n<html>".to_owned(),
            "unsuccessful",
        ),
    ] {
        let proxy = TestPeer::answering([answer]);
        let address = format!("http://ann:s3cret@{}", proxy.host());
        let http = proxied([None, Some(&address), None, None]);
        let (error, _) = failure(send(&http, "https://sts.example/", Route::Settings));
        let expected = format!(
            "reaching sts.example:443 by the proxy {} of HTTPS_PROXY: tunnel error: {why}",
            proxy.host()
        );
        assert_eq!(error, expected);
    }
}

#[test]
fn a_proxy_stands_only_where_the_settings_put_it() {
    let unused = format!("http://{}", closed_port());
    let table: [([Option<&str>; 4], Route); 5] = [
        (
            [Some(&unused), None, None, Some("127.0.0.1")],
            Route::Settings,
        ),
        (
            [Some(&unused), None, None, Some("other, 127.0.0.0/8")],
            Route::Settings,
        ),
        ([None, None, Some(&unused), Some("*")], Route::Direct),
        ([Some(&unused), None, None, None], Route::Direct),
        ([None, Some(&unused), None, None], Route::Settings),
    ];
    for (variables, route) in table {
        let peer = TestPeer::answering([answer("200 OK", "direct")]);
        let sent = send(&proxied(variables), &peer.url(), route).unwrap();
        assert_eq!(sent.body(), "direct", "{variables:?}");
    }
}

#[test]
fn a_socks_proxy_looks_names_up_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // RFC 1928: a greeting of one method, none; a connection by name; both are granted.
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).unwrap();
        stream.write_all(&[5, 0]).unwrap();
        let mut asked = [0; 18];
        stream.read_exact(&mut asked).unwrap();
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        let request = question(&mut stream);
        stream
            .write_all(answer("200 OK", "by SOCKS").as_bytes())
            .unwrap();
        (greeting, asked, request)
    });
    let address = format!("socks5h://{address}");
    let http = proxied([None, None, Some(&address), None]);
    let sent = send(&http, "http://sts.example/a", Route::Settings).unwrap();
    assert_eq!(sent.body(), "by SOCKS");
    let (greeting, asked, request) = proxy.join().unwrap();
    assert_eq!(greeting, [5, 1, 0]);
    assert_eq!(&asked, b"\x05\x01\x00\x03\x0bsts.example\x00\x50");
    assert_eq!(request, "GET /a HTTP/1.1\r\nhost: sts.example\r\n\r\n");
}

#[test]
fn a_proxy_that_keeps_silent_is_named() {
    let proxy = TestPeer::answering([String::new()]);
    let http = proxied([None, Some(&proxy.url()), None, None]);
    let request = Request::get("https://sts.example/")
        .body(SdkBody::empty())
        .unwrap();
    let limits = Limits {
        connect: Duration::from_millis(50),
        answer: Duration::from_secs(5),
        bytes: Limits::USUAL,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (error, _) = failure(runtime.block_on(http.send(request, limits, Route::Settings)));
    let expected = format!(
        "reaching sts.example:443 by the proxy {} of HTTPS_PROXY: no connection within 0.05 s",
        proxy.host()
    );
    assert_eq!(error, expected);
}

#[test]
fn says_which_variable_names_no_proxy() {
    for (variables, variable) in [
        ([Some("ftp://s3cret@h:1"), None, None, None], "HTTP_PROXY"),
        ([None, None, Some("http://"), None], "ALL_PROXY"),
    ] {
        let (error, hint) = failure(send(
            &proxied(variables),
            "http://127.0.0.1:1/",
            Route::Settings,
        ));
        let expected = format!(
            "{variable} is no address of a proxy (http://HOST:PORT, https://HOST:PORT or \
             socks5://HOST:PORT)"
        );
        assert_eq!(error, expected);
        assert_eq!(hint, format!("correct {variable}, or unset it"));
    }
}

/// A peer with TLS that answers once, and its certificate.
fn secure_peer() -> (u16, String) {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der()));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![issued.cert.der().clone()], key)
            .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (tcp, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), tcp);
        if question(&mut stream).is_empty() {
            return;
        }
        let _ = stream.write_all(answer("200 OK", "over TLS").as_bytes());
    });
    (port, issued.cert.pem())
}

fn with_bundle(text: &str) -> (tempfile::TempDir, Http) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roots.pem");
    fs::write(&path, text).unwrap();
    let http = http(EndpointVariables {
        ca_bundle: Some(path),
        ..EndpointVariables::default()
    });
    (directory, http)
}

#[test]
fn certificates_hold_by_the_bundle_that_is_named() {
    let (port, pem) = secure_peer();
    let (_directory, http) = with_bundle(&pem);
    let sent = send(
        &http,
        &format!("https://localhost:{port}/"),
        Route::Settings,
    )
    .unwrap();
    assert_eq!(sent.body(), "over TLS");
}

#[test]
fn a_certificate_that_the_roots_do_not_know_is_named_with_the_remedy() {
    let (port, _) = secure_peer();
    let (_, other) = secure_peer();
    let (directory, http) = with_bundle(&other);
    let (error, hint) = failure(send(
        &http,
        &format!("https://localhost:{port}/"),
        Route::Settings,
    ));
    let start = format!(
        "localhost:{port} shows a certificate that does not hold by the roots of \
         {}/roots.pem (AWS_CA_BUNDLE): ",
        directory.path().display()
    );
    assert!(error.starts_with(&start), "{error}");
    assert_eq!(
        hint,
        "name the CA bundle of your network in AWS_CA_BUNDLE (PEM)"
    );
}

#[test]
fn a_bundle_without_certificates_is_named() {
    for (text, expected) in [
        ("", "holds no certificate"),
        ("no PEM\n", "holds no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "holds no certificate",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
            "is no PEM",
        ),
    ] {
        let (directory, http) = with_bundle(text);
        let (error, hint) = failure(send(&http, "https://localhost:1/", Route::Settings));
        let start = format!(
            "the CA bundle {}/roots.pem (of AWS_CA_BUNDLE) {expected}",
            directory.path().display()
        );
        assert!(error.starts_with(&start), "{error}");
        assert_eq!(
            hint,
            "name a readable PEM file in AWS_CA_BUNDLE, or unset it"
        );
    }
    let missing = http(EndpointVariables {
        ssl_cert_file: Some("/nowhere/roots.pem".into()),
        ..EndpointVariables::default()
    });
    let (error, _) = failure(send(&missing, "https://localhost:1/", Route::Settings));
    let start = "reading the CA bundle /nowhere/roots.pem (of SSL_CERT_FILE): ";
    assert!(error.starts_with(start), "{error}");
}

#[test]
fn a_plain_address_touches_no_roots() {
    let peer = TestPeer::answering([answer("200 OK", "plain")]);
    let (_directory, http) = with_bundle("no PEM");
    let sent = send(&http, &peer.url(), Route::Settings).unwrap();
    assert_eq!(sent.body(), "plain");
}
