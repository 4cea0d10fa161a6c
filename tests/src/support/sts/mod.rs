//! A local STS: `GetCallerIdentity` over TLS on loopback, for keys that it issued itself. It
//! recomputes every signature from the bytes received and answers as STS does, with faults on
//! demand.
//!
//! A program reaches it under the real host names: `server.stsResolve` maps them to
//! [`Sts::address`], the certificate is issued for them by the story's CA.

mod answer;
mod body;
mod caller;
mod fault;
mod journal;
mod ledger;
mod reply;
mod server;
mod verdict;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::runtime::{Builder, Runtime};

use super::http::Client;
use super::keys::Keys;
use super::pki::Ca;
use super::scan::Secrets;
use server::{Shared, Tls};

pub use caller::Caller;
pub use fault::{Contradiction, Door, Fault};
pub use journal::{Counts, LoggedRequest};

/// The host that stories use unless they are about hosts.
pub const STS_HOST: &str = "sts.us-west-2.amazonaws.com";
/// Its region.
pub const STS_REGION: &str = "us-west-2";
/// The account of the principals that are added without one.
pub const ACCOUNT: &str = "111122223333";

/// A running STS. It ends when dropped.
pub struct Sts {
    address: SocketAddr,
    hosts: Vec<String>,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
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
        let tls = Tls {
            right: Arc::new(ca.server(hosts).server_config()),
            wrong: Arc::new(ca.server(&["elsewhere.example"]).server_config()),
        };
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
        let (shared, doorkeeper) = Shared::new(secrets.clone());
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime starts");
        let entered = runtime.enter();
        let gate = server::Gate::bind().expect("loopback has a free port");
        let address = gate.address();
        runtime.spawn(server::serve(gate, tls, Arc::clone(&shared), doorkeeper));
        drop(entered);
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let sts = Self {
            address,
            hosts,
            shared,
            runtime: Some(runtime),
        };
        sts.set_door(Door::Open);
        sts
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, for a plain one.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The value of `server.stsResolve` that leads its hosts to it.
    pub fn resolve(&self) -> BTreeMap<String, SocketAddr> {
        self.hosts
            .iter()
            .map(|host| (host.clone(), self.address))
            .collect()
    }

    /// A client that asks it as one of its hosts.
    pub fn client(&self, ca: &Ca, host: &str) -> Client {
        Client::tls(self.address, host, ca.client_config(&["http/1.1"]))
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
        self.shared
            .secrets
            .add("secret access key", &keys.secret_access_key);
        if let Some(token) = &keys.session_token {
            self.shared.secrets.add("session token", token);
        }
        self.shared.ledger().insert(keys, caller.clone());
    }

    /// Deletes keys: from now on they are unknown.
    pub fn delete_keys(&self, keys: &Keys) {
        self.shared.ledger().remove(&keys.access_key_id);
    }

    /// Ends a session: from now on its token is expired.
    pub fn expire_session(&self, keys: &Keys) {
        self.shared.ledger().expire(&keys.access_key_id);
    }

    /// What it does to every request from now on.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.faults.set(fault, None);
    }

    /// What it does to the next `times` requests.
    pub fn set_fault_for(&self, times: usize, fault: Fault) {
        self.shared.faults.set(fault, Some(times));
    }

    /// Answers as it should from now on, the requests that are held included.
    pub fn clear_fault(&self) {
        self.shared.faults.clear();
    }

    /// What happens to connections from now on. Leaving [`Door::Open`] closes those that are open.
    pub fn set_door(&self, door: Door) {
        self.shared.set_door(door);
    }

    /// Its clock.
    pub fn now(&self) -> SystemTime {
        self.shared.now()
    }

    /// Sets its clock so many seconds ahead of the machine's; behind when negative.
    pub fn shift_clock(&self, seconds: i64) {
        self.shared.shift_clock(seconds);
    }

    /// What it has seen so far.
    pub fn counts(&self) -> Counts {
        self.shared.journal.counts()
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
        self.shared.journal.requests()
    }

    /// Waits until it has read so many requests in all; false when the deadline came first.
    pub fn wait_for_requests(&self, count: usize, deadline: Duration) -> bool {
        self.shared.journal.wait_for(count, deadline)
    }
}

impl Drop for Sts {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
