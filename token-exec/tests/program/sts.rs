//! STS as far as the program's own tests need it: it answers whatever is well formed, and remembers
//! what it was asked. The stories over several programs have one that checks signatures.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use iam_core::time::Rfc3339;

use crate::support::{SECRET, SESSION_TOKEN};

/// The key of every role's session.
pub(crate) const SESSION_KEY: &str = "ASIASESSIONOFROLE000";

/// The cluster that every token is for.
pub(crate) const CLUSTER: &str = "prod";

/// STS on loopback, until the test ends.
pub(crate) struct Sts {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Sts {
    /// STS that knows a caller of this ARN.
    pub(crate) fn knowing(arn: &'static str) -> Self {
        Self::answering(move |question| answer(question, arn))
    }

    /// STS that denies everything, in these words.
    pub(crate) fn denying(body: String) -> Self {
        Self::answering(move |_| ("403 Forbidden", body.clone()))
    }

    fn answering(answer: impl Fn(&str) -> (&'static str, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&heard);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let question = question(&mut stream);
                let (status, body) = answer(&question);
                told.lock().unwrap().push(question);
                // A client that has read enough may be gone.
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { address, heard }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked since the last time.
    pub(crate) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

fn answer(question: &str, arn: &str) -> (&'static str, String) {
    let account = arn.split(':').nth(4).unwrap_or_default();
    let for_prod = format!("x-k8s-aws-id: {CLUSTER}\r\n");
    if question.starts_with("GET /?Action=GetCallerIdentity&") {
        return if question.contains(&for_prod) {
            let result = format!(r#"{{"Account":"{account}","Arn":"{arn}","UserId":"AROA1:me"}}"#);
            let body = format!(
                r#"{{"GetCallerIdentityResponse":{{"GetCallerIdentityResult":{result}}}}}"#
            );
            ("200 OK", body)
        } else {
            let body = r#"{"Error":{"Code":"SignatureDoesNotMatch","Message":"no"}}"#;
            ("403 Forbidden", body.to_owned())
        };
    }
    let result = if question.contains("\r\n\r\nAction=AssumeRole&") {
        format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{SESSION_KEY}\
             </AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey><SessionToken>{SESSION_TOKEN}\
             </SessionToken><Expiration>{}</Expiration></Credentials>\
             </AssumeRoleResult></AssumeRoleResponse>",
            in_an_hour(),
        )
    } else {
        format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn><UserId>AROA1:me\
             </UserId><Account>{account}</Account></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>"
        )
    };
    ("200 OK", result)
}

/// As long as STS makes a session by default.
#[expect(
    clippy::disallowed_methods,
    reason = "the program under test has the real clock"
)]
pub(crate) fn in_an_hour() -> Rfc3339 {
    Rfc3339::nearest(SystemTime::now() + Duration::from_hours(1))
}

/// One request, head and body.
fn question(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    while !head.ends_with("\r\n\r\n") {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return head;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    head + std::str::from_utf8(&body).unwrap()
}
