//! The Lease as an object of the API server.

use http::Method;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use k8s_openapi::jiff::Timestamp;
use serde_json::json;

use super::claim::Claim;
use super::{Candidate, DURATION, Holder};
use crate::call::{Answer, Call, CallError, refused};

impl Candidate<'_> {
    pub(super) async fn fetch(&self) -> Result<Option<Lease>, CallError> {
        let call = Call {
            what: GET,
            method: Method::GET,
            path: &self.path(),
            body: None,
        };
        match self.cluster.call(call).await? {
            Answer::Object(lease) => Ok(Some(*lease)),
            Answer::Status(status) if status.code == 404 => Ok(None),
            Answer::Status(status) => Err(refused(GET, status)),
        }
    }

    pub(super) async fn create(&self) -> Result<Holder, CallError> {
        let now = self.now();
        let lease = Lease {
            metadata: ObjectMeta {
                name: Some(self.name.to_owned()),
                namespace: Some("kube-system".to_owned()),
                ..ObjectMeta::default()
            },
            spec: Some(LeaseSpec {
                acquire_time: now.clone(),
                holder_identity: Some(self.identity.clone()),
                lease_duration_seconds: Some(SECONDS),
                lease_transitions: Some(0),
                renew_time: now,
                ..LeaseSpec::default()
            }),
        };
        self.write(CREATE, Method::POST, COLLECTION, &lease).await
    }

    pub(super) async fn update(&self, mut lease: Lease, claim: Claim) -> Result<Holder, CallError> {
        let now = self.now();
        let spec = lease.spec.get_or_insert_default();
        if claim == Claim::Take {
            spec.holder_identity = Some(self.identity.clone());
            spec.acquire_time.clone_from(&now);
            spec.lease_transitions =
                Some(spec.lease_transitions.unwrap_or_default().saturating_add(1));
        }
        spec.lease_duration_seconds = Some(SECONDS);
        spec.renew_time = now;
        self.write(UPDATE, Method::PUT, &self.path(), &lease).await
    }

    /// Whether it is done; not where somebody wrote the lease meanwhile.
    pub(super) async fn give_back(&self, mut lease: Lease) -> Result<bool, CallError> {
        let spec = lease.spec.get_or_insert_default();
        spec.holder_identity = Some(String::new());
        spec.lease_duration_seconds = Some(1);
        spec.renew_time = self.now();
        let written = self
            .write(UPDATE, Method::PUT, &self.path(), &lease)
            .await?;
        Ok(written == Holder::Us)
    }

    /// Writes the lease, on the condition of its resourceVersion.
    async fn write(
        &self,
        what: &'static str,
        method: Method,
        path: &str,
        lease: &Lease,
    ) -> Result<Holder, CallError> {
        let call = Call {
            what,
            method,
            path,
            body: Some(("application/json", json!(lease))),
        };
        match self.cluster.call::<Lease>(call).await? {
            Answer::Object(_) => Ok(Holder::Us),
            // AlreadyExists and Conflict.
            Answer::Status(status) if status.code == 409 => Ok(Holder::Contested),
            Answer::Status(status) => Err(refused(what, status)),
        }
    }

    fn path(&self) -> String {
        format!("{COLLECTION}/{}", self.name)
    }

    fn now(&self) -> Option<MicroTime> {
        let now = Timestamp::try_from((self.clock)()).ok();
        now.map(MicroTime)
    }
}

const GET: &str = "get the lease";
const CREATE: &str = "create the lease";
const UPDATE: &str = "update the lease";
const COLLECTION: &str = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
const SECONDS: i32 = DURATION.as_secs() as i32;
