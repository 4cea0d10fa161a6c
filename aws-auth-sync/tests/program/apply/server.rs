//! The scripted API server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::thread;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A request as the server saw it: method and path with query, content type, body.
#[derive(Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) content_type: String,
    pub(crate) body: Value,
}

/// Runs `apply`, which saves nothing before, while a server gives `answers`.
pub(crate) fn apply(arguments: &[&str], answers: Vec<(u16, Value)>) -> (Output, Vec<Asked>) {
    saving(&[&["--no-backup"], arguments].concat(), answers)
}

/// Runs `apply` while a server gives `answers`, one a request; returns what was asked too. What the
/// guards ask is answered besides: the caller has no ARN, and there are no nodes.
pub(crate) fn saving(arguments: &[&str], answers: Vec<(u16, Value)>) -> (Output, Vec<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let kubeconfig = json!({
        "clusters": [{"name": "c", "cluster": {"server": format!("http://{address}")}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    });
    let sandbox = Sandbox::with(&[("k", &kubeconfig.to_string()), ("f.yaml", SOURCE)]);
    let server = thread::spawn(move || serve(&listener, answers));
    let fixed = ["apply", "f.yaml", "--kubeconfig", "k"];
    let output = sandbox.run(&[&fixed[..], arguments].concat());
    // The script ends with this connection.
    drop(TcpStream::connect(address));
    (output, server.join().unwrap())
}

fn serve(listener: &TcpListener, answers: Vec<(u16, Value)>) -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut answers = answers.into_iter();
    loop {
        let (stream, _) = listener.accept().unwrap();
        let Some(request) = read(&stream) else {
            return asked;
        };
        let (status, body) = match request.line.as_str() {
            REVIEW => (201, json!({"status": {"userInfo": {"username": "admin"}}})),
            NODES => (200, json!({"metadata": {}, "items": []})),
            _ => {
                asked.push(request);
                let Some(answer) = answers.next() else {
                    continue;
                };
                answer
            }
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            body.len(),
        );
        (&stream)
            .write_all([head, body].concat().as_bytes())
            .unwrap();
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let mut pairs = head.iter().filter_map(|line| line.split_once(": "));
        pairs
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    };
    let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    Some(Asked {
        line: head.first()?.strip_suffix(" HTTP/1.1")?.to_owned(),
        content_type: header("content-type").unwrap_or_default(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    })
}

const SOURCE: &str = "apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: platform
accounts: [\"111122223333\"]
";

pub(crate) const GET: &str = "GET /api/v1/namespaces/kube-system/configmaps/aws-auth";

pub(crate) const PATCH: &str = "PATCH /api/v1/namespaces/kube-system/configmaps/aws-auth\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";

pub(crate) const POST: &str = "POST /api/v1/namespaces/kube-system/configmaps\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";

const REVIEW: &str = "POST /apis/authentication.k8s.io/v1/selfsubjectreviews";

const NODES: &str = "GET /api/v1/nodes?limit=1";
