//! A local EC2: `DescribeInstances` over plain HTTP, for keys that somebody else issued. Every
//! signature is recomputed from the bytes received.

use std::fmt::Write as _;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use super::serve::Answer;
use super::sigv4::{self, Claim, Options, Request};
use super::standin::{Front, Refusal, StandIn};
use super::sts::{Known, Sts};

/// A running EC2. It ends when dropped.
pub struct Ec2 {
    standin: StandIn,
    instances: Arc<Mutex<Vec<Instance>>>,
}

/// An instance.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Instance {
    /// `i-0123456789abcdef0`
    pub id: String,
    /// The account.
    pub owner: String,
    /// Empty for one that is gone.
    pub private_dns_name: String,
    /// `running`, `terminated`.
    pub state: String,
}

impl Ec2 {
    /// Starts one without instances, in [`REGION`], for whoever holds keys of `sts`.
    pub fn start(sts: &Sts) -> Self {
        let known = sts.directory();
        let instances: Arc<Mutex<Vec<Instance>>> = Arc::default();
        let for_judge = Arc::clone(&instances);
        let standin = StandIn::start(Front::Plain, spelling, move |request, now| {
            authenticate(request, |id| known(id, now))?;
            let instances = for_judge.lock().unwrap_or_else(PoisonError::into_inner);
            describe(request, &instances)
        });
        Self { standin, instances }
    }

    /// Launches an instance, or changes the one of that id.
    pub fn put(&self, instance: Instance) {
        let mut instances = self
            .instances
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        instances.retain(|other| other.id != instance.id);
        instances.push(instance);
    }
}

impl Instance {
    /// A running one of an account.
    pub fn running(id: &str, owner: &str, private_dns_name: &str) -> Self {
        let [id, owner, private_dns_name, state] =
            [id, owner, private_dns_name, "running"].map(str::to_owned);
        Self {
            id,
            owner,
            private_dns_name,
            state,
        }
    }
}

impl Deref for Ec2 {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.standin
    }
}

/// Who asks must hold the keys, session token included, and have signed all of it for EC2 here.
fn authenticate(request: &Request, known: impl Fn(&str) -> Option<Known>) -> Result<(), Refusal> {
    let refused = |message: &str| Refusal::new(401, "AuthFailure", message);
    let claim = Claim::of(request).map_err(|fault| refused(&fault.to_string()))?;
    let Known { keys, is_over, .. } =
        known(&claim.access_key_id).ok_or_else(|| refused("unknown key"))?;
    if is_over {
        return Err(Refusal::new(400, "RequestExpired", "the session has ended"));
    }
    if keys.session_token != claim.session_token {
        return Err(refused("another session token"));
    }
    if claim.scope.service != "ec2" || claim.scope.region != REGION {
        return Err(refused("signed for another service or region"));
    }
    let secret_of = |_: &str| Some(keys.secret_access_key.clone());
    sigv4::verify(request, secret_of, Options::default())
        .map_err(|refusal| refused(&refusal.to_string()))?;
    Ok(())
}

fn describe(request: &Request, known: &[Instance]) -> Result<Answer, Refusal> {
    let form = request.form();
    let value = |name: &str| {
        let mut pairs = form.iter();
        let pair = pairs.find(|(sent, _)| sent == name);
        pair.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let asked = (value("Action"), value("Version"), value("Filter.1.Name"));
    if asked != ("DescribeInstances", "2016-11-15", "instance-id") {
        return Err(Refusal::new(400, "InvalidAction", "not known here"));
    }
    let ids: Vec<&str> = form
        .iter()
        .filter(|(name, _)| name.starts_with("Filter.1.Value."))
        .map(|(_, id)| id.as_str())
        .collect();
    if ids.len() > MOST_VALUES {
        return Err(Refusal::new(400, "FilterLimitExceeded", "too many values"));
    }
    let found = known.iter().filter(|one| ids.contains(&one.id.as_str()));
    let items = found.fold(String::new(), |mut items, instance| {
        item(instance, &mut items);
        items
    });
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse \
         xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    <requestId>r-1</requestId>\n    \
         <reservationSet>{items}</reservationSet>\n</DescribeInstancesResponse>"
    );
    Ok(Answer::new(200, "text/xml;charset=UTF-8", body))
}

fn item(instance: &Instance, items: &mut String) {
    let Instance {
        id,
        owner,
        private_dns_name,
        state,
    } = instance;
    write!(
        items,
        "<item>\n<reservationId>r-0123</reservationId><ownerId>{owner}</ownerId><groupSet/>\
         <instancesSet><item><instanceId>{id}</instanceId><imageId>ami-0123</imageId>\
         <instanceState><code>16</code><name>{state}</name></instanceState>\
         <privateDnsName>{private_dns_name}</privateDnsName><dnsName/><reason/>\
         <amiLaunchIndex>0</amiLaunchIndex><productCodes/><monitoring><state>disabled</state>\
         </monitoring><tagSet><item><key>Name</key><value>a &amp; b</value></item></tagSet>\
         <clientToken/></item></instancesSet></item>"
    )
    .expect("a String takes all");
}

fn spelling(refusal: &Refusal) -> Answer {
    let Refusal {
        status,
        code,
        message,
    } = refusal;
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code>\
         <Message>{message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>"
    );
    Answer::new(*status, "text/xml;charset=UTF-8", body)
}

/// Where it is.
pub const REGION: &str = "us-west-2";
/// Of a filter.
const MOST_VALUES: usize = 200;
