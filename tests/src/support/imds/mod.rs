//! The metadata service of an instance, version 2 alone: a token is fetched first and shown with
//! every question. [`Door::Silent`](super::serve::Door::Silent) is what a pod sees whose packets
//! may make one hop only.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::json;

use super::clock::{rfc3339, shifted};
use super::keys::{Keys, unguessable_id};
use super::scan::Secrets;
use super::serve::Answer;
use super::sigv4::Request;
use super::standin::{Front, Lease, Refusal, StandIn};
use super::sts::ACCOUNT;

/// A running metadata service.
pub struct Imds {
    state: Arc<Mutex<State>>,
    standin: StandIn,
}

struct State {
    secrets: Secrets,
    region: String,
    /// The role of the instance, if it has one.
    role: Option<(String, Lease)>,
    /// The tokens issued, and their ends.
    tokens: HashMap<String, SystemTime>,
}

impl Imds {
    /// One of an instance without a role.
    pub fn start(region: &str, secrets: &Secrets) -> Self {
        let state = Arc::new(Mutex::new(State {
            secrets: secrets.clone(),
            region: region.to_owned(),
            role: None,
            tokens: HashMap::new(),
        }));
        let judged = Arc::clone(&state);
        let standin = StandIn::start(Front::Plain, spelled, move |request, now| {
            lock(&judged).judge(request, now)
        });
        Self { state, standin }
    }

    /// Gives the instance a role, and keys of it.
    pub fn set_role(&self, role: &str, keys: &Keys) {
        lock(&self.state).role = Some((role.to_owned(), Lease::new(keys)));
    }

    /// Says that the keys last so many seconds; over when negative.
    pub fn set_lifetime(&self, seconds: i64) {
        if let Some((_, lease)) = &mut lock(&self.state).role {
            lease.seconds = seconds;
        }
    }

    /// Forgets the tokens it issued, as after a restart.
    pub fn forget_tokens(&self) {
        lock(&self.state).tokens.clear();
    }
}

impl Deref for Imds {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.standin
    }
}

impl State {
    fn judge(&mut self, request: &Request, now: SystemTime) -> Result<Answer, Refusal> {
        match (request.method.as_str(), request.target.as_str()) {
            ("PUT", "/latest/api/token") => self.issue_token(request, now),
            ("GET", path) => {
                self.check_token(request, now)?;
                self.metadata(path, now)
            }
            _ => Err(Refusal::new(405, "Method Not Allowed", "")),
        }
    }

    /// A token for one second to six hours, to nobody who was forwarded.
    fn issue_token(&mut self, request: &Request, now: SystemTime) -> Result<Answer, Refusal> {
        if request.header("x-forwarded-for").is_some() {
            return Err(Refusal::new(403, "Forbidden", ""));
        }
        let seconds = request.header(TTL).and_then(|text| text.parse().ok());
        let seconds = seconds.filter(|seconds| (1..=21_600).contains(seconds));
        let seconds: i64 = seconds.ok_or_else(|| Refusal::new(400, "Bad Request", ""))?;
        let token = format!("AQAE{}==", unguessable_id(50));
        self.secrets.add("metadata token", &token);
        self.tokens.insert(token.clone(), shifted(now, seconds));
        Ok(Answer::new(200, "text/plain", token).header(TTL, seconds.to_string()))
    }

    fn check_token(&self, request: &Request, now: SystemTime) -> Result<(), Refusal> {
        let token = request.header("x-aws-ec2-metadata-token");
        let end = token.and_then(|token| self.tokens.get(&token));
        if end.is_some_and(|end| now < *end) {
            Ok(())
        } else {
            Err(Refusal::new(401, "Unauthorized", ""))
        }
    }

    fn metadata(&self, path: &str, now: SystemTime) -> Result<Answer, Refusal> {
        let text = |text: &str| Ok(Answer::new(200, "text/plain", text));
        match path {
            "/latest/meta-data/placement/region" => text(&self.region),
            "/latest/meta-data/placement/availability-zone"
            | "/latest/meta-data/placement/availability-zone/" => {
                text(&format!("{}a", self.region))
            }
            "/latest/dynamic/instance-identity/document" => text(&self.identity_document(now)),
            _ => match (path.strip_prefix(CREDENTIALS), &self.role) {
                (Some(""), Some((role, _))) => text(role),
                (Some(asked), Some((role, lease))) if asked == role => {
                    text(&credentials(lease, now))
                }
                _ => Err(Refusal::new(404, "Not Found", "")),
            },
        }
    }

    fn identity_document(&self, now: SystemTime) -> String {
        json!({
            "accountId": ACCOUNT,
            "availabilityZone": format!("{}a", self.region),
            "instanceId": "i-0123456789abcdef0",
            "pendingTime": rfc3339(now),
            "region": self.region,
            "version": "2017-09-30",
        })
        .to_string()
    }
}

fn credentials(lease: &Lease, now: SystemTime) -> String {
    json!({
        "Code": "Success",
        "LastUpdated": rfc3339(now),
        "Type": "AWS-HMAC",
        "AccessKeyId": lease.keys.access_key_id,
        "SecretAccessKey": lease.keys.secret_access_key,
        "Token": lease.token(),
        "Expiration": lease.expiration(now),
    })
    .to_string()
}

fn spelled(refusal: &Refusal) -> Answer {
    let title = format!("{} - {}", refusal.status, refusal.code);
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>{title}</title>\
         </head><body><h1>{title}</h1>{}</body></html>\n",
        refusal.message
    );
    Answer::new(refusal.status, "text/html", body)
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials/";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
