//! A local STS: `GetCallerIdentity`, `AssumeRole` and `AssumeRoleWithWebIdentity` over TLS on
//! loopback, for keys, roles and tokens that it issued itself. It recomputes every signature from the bytes received and answers as STS does, with faults on
//! demand.
//!
//! A program reaches it under the real host names: `server.stsResolve` maps them to
//! [`Sts::address`], the certificate is issued for them by the story's CA.

mod answer;
mod assume;
mod caller;
mod desk;
mod fault;
mod ledger;
mod parameters;
mod reply;
mod role;
mod verdict;
mod web_identity;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use super::clock::shifted;
use super::http::Client;
use super::keys::{Keys, unguessable_bytes};
use super::pki::Ca;
use super::scan::Secrets;
use super::serve::{Server, Tls};
use desk::Desk;
use ledger::{Device, Session};
use web_identity::WebIdentity;

pub use super::serve::{Counts, Door, LoggedRequest};
pub use caller::Caller;
pub use fault::{Contradiction, Fault};
pub use role::Role;

/// The host that stories use unless they are about hosts.
pub const STS_HOST: &str = "sts.us-west-2.amazonaws.com";
/// Its region.
pub const STS_REGION: &str = "us-west-2";
/// The account of the principals that are added without one.
pub const ACCOUNT: &str = "111122223333";

/// A running STS. It ends when dropped.
pub struct Sts {
    hosts: Vec<String>,
    server: Server<Desk>,
}

/// Keys that it issued, and whose they are.
pub(crate) struct Known {
    pub(crate) keys: Keys,
    pub(crate) account: String,
    /// Whether the session has ended.
    pub(crate) is_over: bool,
}

impl Sts {
    /// Starts one with a certificate for [`STS_HOST`], `sts.us-east-1.amazonaws.com` and
    /// `sts.amazonaws.com`. The secrets it issues go to `secrets`.
    pub fn start(ca: &Ca, secrets: &Secrets) -> Self {
        Self::start_for(
            ca,
            &[STS_HOST, "sts.us-east-1.amazonaws.com", "sts.amazonaws.com"],
            secrets,
        )
    }

    /// Starts one with a certificate for these hosts.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub fn start_for(ca: &Ca, hosts: &[&str], secrets: &Secrets) -> Self {
        let tls = Tls::of(ca, hosts);
        Self::start_with(Some(tls), hosts, secrets)
    }

    /// Starts one that speaks plain HTTP, for `AWS_ENDPOINT_URL_STS`.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub fn start_plain(secrets: &Secrets) -> Self {
        Self::start_with(None, &[], secrets)
    }

    fn start_with(tls: Option<Tls>, hosts: &[&str], secrets: &Secrets) -> Self {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let server = Server::start(tls, Desk::new(secrets.clone()));
        Self { hosts, server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// `http://127.0.0.1:PORT`, for a plain one.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The value of `server.stsResolve` that leads its hosts to it.
    pub fn resolve(&self) -> BTreeMap<String, SocketAddr> {
        self.hosts
            .iter()
            .map(|host| (host.clone(), self.server.address()))
            .collect()
    }

    /// A client that asks it as one of its hosts.
    pub fn client(&self, ca: &Ca, host: &str) -> Client {
        Client::tls(self.server.address(), host, ca.client_config(&["http/1.1"]))
    }

    /// Adds a user, `alice` or with a path `team/alice`, and issues keys.
    pub fn add_user(&self, name: &str) -> Keys {
        self.add(&Caller::user(ACCOUNT, name))
    }

    /// Adds a session of a role and issues keys.
    pub fn add_assumed_role(&self, role: &str, session: &str) -> Keys {
        self.add(&Caller::assumed_role(ACCOUNT, role, session))
    }

    /// Adds a federated user and issues keys.
    pub fn add_federated_user(&self, name: &str) -> Keys {
        self.add(&Caller::federated_user(ACCOUNT, name))
    }

    /// Issues keys of the account's root.
    pub fn add_root(&self) -> Keys {
        self.add(&Caller::root(ACCOUNT))
    }

    /// Issues keys of an EC2 instance's identity.
    pub fn add_ec2_instance(&self, instance_id: &str) -> Keys {
        self.add(&Caller::ec2_instance(ACCOUNT, instance_id))
    }

    /// Issues keys to any caller.
    pub fn add(&self, caller: &Caller) -> Keys {
        let keys = if caller.is_session() {
            Keys::of_session()
        } else {
            Keys::long_lived()
        };
        self.add_with_keys(caller, keys.clone());
        keys
    }

    /// Makes keys from elsewhere a caller's.
    pub fn add_with_keys(&self, caller: &Caller, keys: Keys) {
        self.desk()
            .ledger()
            .insert(keys, caller.clone(), Session::Valid);
    }

    /// Registers a role, and tells its ARN.
    pub fn add_role(&self, role: Role) -> String {
        let arn = role.arn();
        self.desk().ledger().roles.insert(arn.clone(), role);
        arn
    }

    /// Registers the MFA device of a user, and tells its serial number.
    pub fn add_mfa_device(&self, user: &str) -> String {
        let serial = format!("arn:aws:iam::{ACCOUNT}:mfa/{user}");
        let device = Device {
            owner: Caller::user(ACCOUNT, user).arn,
            codes: std::collections::BTreeSet::new(),
        };
        self.desk().ledger().devices.insert(serial.clone(), device);
        serial
    }

    /// A code of a device, to be used once.
    ///
    /// # Panics
    /// For a device that was not registered.
    pub fn mfa_code(&self, serial: &str) -> String {
        let digits = unguessable_bytes(6).into_iter().map(|byte| byte % 10);
        let code: String = digits.map(|digit| digit.to_string()).collect();
        let mut ledger = self.desk().ledger();
        let device = ledger.devices.get_mut(serial);
        let device = device.expect("the device is registered");
        device.codes.insert(code.clone());
        code
    }

    /// A token of the identity provider for a subject, valid so many seconds from now; over when
    /// negative.
    pub fn web_identity_token(&self, subject: &str, seconds: i64) -> String {
        let end = shifted(self.now(), seconds);
        let token = web_identity::token(subject, end);
        // All tokens begin alike: their signature is what nobody else may see.
        let signature = token.rsplit('.').next().unwrap_or_default();
        self.desk().secrets.add("web identity token", signature);
        let identity = WebIdentity {
            subject: subject.to_owned(),
            end,
        };
        let mut ledger = self.desk().ledger();
        ledger.web_identities.insert(token.clone(), identity);
        token
    }

    /// Deletes keys: from now on they are unknown.
    pub fn delete_keys(&self, keys: &Keys) {
        self.desk().ledger().remove(&keys.access_key_id);
    }

    /// Ends a session: from now on its token is expired.
    pub fn expire_session(&self, keys: &Keys) {
        self.desk().ledger().expire(&keys.access_key_id);
    }

    /// What it does to every request from now on.
    pub fn set_fault(&self, fault: Fault) {
        self.desk().faults.set(fault, None);
    }

    /// What it does to the next `times` requests.
    pub fn set_fault_for(&self, times: usize, fault: Fault) {
        self.desk().faults.set(fault, Some(times));
    }

    /// Answers as it should from now on, the requests that are held included.
    pub fn clear_fault(&self) {
        self.desk().faults.clear();
    }

    /// What happens to connections from now on. Leaving [`Door::Open`] closes those that are open.
    pub fn set_door(&self, door: Door) {
        self.server.set_door(door);
    }

    /// Its clock.
    pub fn now(&self) -> SystemTime {
        self.desk().now()
    }

    /// Sets its clock so many seconds ahead of the machine's; behind when negative.
    pub fn shift_clock(&self, seconds: i64) {
        self.desk().shift_clock(seconds);
    }

    /// What it has seen so far.
    pub fn counts(&self) -> Counts {
        self.desk().journal.counts()
    }

    /// How many requests named that host.
    pub fn requests_to(&self, host: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| request.host == host)
            .count()
    }

    /// Every request so far, without anything secret. A held one is there as soon as it is read.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.desk().journal.requests()
    }

    /// Waits until it has read so many requests in all; false when the deadline came first.
    pub fn wait_for_requests(&self, count: usize, deadline: Duration) -> bool {
        self.desk().journal.wait_for(count, deadline)
    }

    /// Whose keys are which, for the services beside it: asked by access key id, at a time.
    pub(crate) fn directory(&self) -> impl Fn(&str, SystemTime) -> Option<Known> + use<> {
        let desk = self.server.shared_service();
        move |access_key_id, now| {
            let record = desk.ledger().get(access_key_id)?;
            Some(Known {
                keys: record.keys,
                account: record.caller.account,
                is_over: record.session.is_over(now),
            })
        }
    }

    fn desk(&self) -> &Desk {
        self.server.service()
    }
}
