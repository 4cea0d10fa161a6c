//! A local IAM: `GetRole` and `GetUser` over plain HTTP, for keys that somebody else issued, about
//! the account of whoever asks. Every signature is recomputed from the bytes received.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use super::serve::Answer;
use super::sigv4::{self, Claim, Options, Request};
use super::standin::{Front, Refusal, StandIn};
use super::sts::{Known, Sts};

/// A running IAM of the partition `aws`. It ends when dropped.
pub struct Iam {
    standin: StandIn,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The ARNs of users and roles.
    principals: BTreeSet<String>,
    /// Actions that nobody is allowed.
    denied: BTreeSet<&'static str>,
}

impl Iam {
    /// Starts one without users and roles, for whoever holds keys of `sts`.
    pub fn start(sts: &Sts) -> Self {
        let known = sts.directory();
        let state: Arc<Mutex<State>> = Arc::default();
        let for_judge = Arc::clone(&state);
        let standin = StandIn::start(Front::Plain, spelling, move |request, now| {
            let account = authenticate(request, |id| known(id, now))?;
            let state = for_judge.lock().unwrap_or_else(PoisonError::into_inner);
            state.answer(request, &account)
        });
        Self { standin, state }
    }

    /// Makes a user or role, by its ARN with its path.
    pub fn add(&self, arn: &str) {
        self.state().principals.insert(arn.to_owned());
    }

    /// Denies an action to everybody from now on.
    pub fn deny(&self, action: &'static str) {
        self.state().denied.insert(action);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Iam {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.standin
    }
}

impl State {
    fn answer(&self, request: &Request, account: &str) -> Result<Answer, Refusal> {
        let form = request.form();
        let value = |name: &str| {
            let mut pairs = form.iter();
            let pair = pairs.find(|(sent, _)| sent == name);
            pair.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let (action, kind, parameter) = match (value("Action"), value("Version")) {
            ("GetRole", "2010-05-08") => ("GetRole", "Role", "RoleName"),
            ("GetUser", "2010-05-08") => ("GetUser", "User", "UserName"),
            _ => return Err(Refusal::new(400, "InvalidAction", "not known here")),
        };
        let name = value(parameter);
        if self.denied.contains(action) {
            let message = format!("not authorized to perform: iam:{action} on {name}");
            return Err(Refusal::new(403, "AccessDenied", &message));
        }
        let of_account = format!("arn:aws:iam::{account}:{}/", kind.to_lowercase());
        let is_named = |arn: &&String| {
            let resource = arn.strip_prefix(&of_account).unwrap_or_default();
            let found = resource.rsplit('/').next().unwrap_or_default();
            !found.is_empty() && found.eq_ignore_ascii_case(name)
        };
        let Some(arn) = self.principals.iter().find(is_named) else {
            let message = format!(
                "The {} with name {name} cannot be found.",
                kind.to_lowercase()
            );
            return Err(Refusal::new(404, "NoSuchEntity", &message));
        };
        Ok(Answer::new(
            200,
            "text/xml",
            described(kind, arn, &of_account),
        ))
    }
}

/// The account of who asks, who must hold the keys, session token included, and have signed all of
/// it for IAM, whose one region is `us-east-1`.
fn authenticate(
    request: &Request,
    known: impl Fn(&str) -> Option<Known>,
) -> Result<String, Refusal> {
    let refused = |code, message: &str| Refusal::new(403, code, message);
    let unknown = || {
        let message = "The security token included in the request is invalid.";
        refused("InvalidClientTokenId", message)
    };
    let claim = Claim::of(request)
        .map_err(|fault| refused("MissingAuthenticationToken", &fault.to_string()))?;
    let Known {
        keys,
        account,
        is_over,
    } = known(&claim.access_key_id).ok_or_else(unknown)?;
    if is_over {
        return Err(refused("ExpiredToken", "the session has ended"));
    }
    if keys.session_token != claim.session_token {
        return Err(unknown());
    }
    if claim.scope.service != "iam" || claim.scope.region != "us-east-1" {
        let message = "Credential should be scoped to a valid region.";
        return Err(refused("SignatureDoesNotMatch", message));
    }
    let secret_of = |_: &str| Some(keys.secret_access_key.clone());
    sigv4::verify(request, secret_of, Options::default())
        .map_err(|refusal| refused("SignatureDoesNotMatch", &refusal.to_string()))?;
    Ok(account)
}

fn described(kind: &str, arn: &str, of_account: &str) -> String {
    let resource = arn.strip_prefix(of_account).unwrap_or_default();
    let (path, name) = match resource.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), resource),
    };
    let policy = match kind {
        "Role" => "<AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument>",
        _ => "",
    };
    format!(
        "<Get{kind}Response xmlns=\"{NAMESPACE}\">\n  <Get{kind}Result>\n    <{kind}>\n      \
         <Path>{path}</Path>\n      {policy}<{kind}Name>{name}</{kind}Name>\n      \
         <{kind}Id>AIDA0123456789EXAMPLE</{kind}Id>\n      <Arn>{arn}</Arn>\n      \
         <CreateDate>2026-01-02T03:04:05Z</CreateDate>\n    </{kind}>\n  </Get{kind}Result>\n  \
         <ResponseMetadata>\n    <RequestId>r-1</RequestId>\n  </ResponseMetadata>\n\
         </Get{kind}Response>\n"
    )
}

fn spelling(refusal: &Refusal) -> Answer {
    let Refusal {
        status,
        code,
        message,
    } = refusal;
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\">\n  <Error>\n    <Type>Sender</Type>\n    \
         <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n  \
         <RequestId>r-1</RequestId>\n</ErrorResponse>\n"
    );
    Answer::new(*status, "text/xml", body)
}

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
