//! The name of the instance that a caller is.

use tokio::time::Instant;

use super::AuditFacts;
use crate::ec2::{Found, InstanceId, Instances};
use crate::refusal::Refusal;

/// The private DNS name of the instance that the caller's session is named after.
///
/// Whoever may assume a node's role may name the session as he likes: only an instance that runs
/// in the very account of the role has a name here.
pub(super) async fn name(
    facts: &AuditFacts,
    instances: &Instances,
    deadline: Instant,
) -> Result<String, Refusal> {
    let refused = |detail: String| Refusal::NotRendered {
        facts: Box::new(facts.clone()),
        detail,
    };
    let session = facts.caller.session_name();
    let Some(id) = session.and_then(InstanceId::parse) else {
        let what = "the session is not named after an instance";
        return Err(refused(format!("{PLACEHOLDER}: {what}")));
    };
    let found = instances.find(&id, deadline).await;
    let found = found.map_err(|why| Refusal::Ec2Unavailable {
        facts: Box::new(facts.clone()),
        why,
    })?;
    let account = facts.caller.account();
    let running = match &found {
        Found::Instance(instance) if instance.is_alive && instance.owner == account => instance,
        Found::Instance(_) | Found::Nothing => {
            let what = "there is no running instance";
            return Err(refused(format!(
                "{PLACEHOLDER}: {what} {id} in the account"
            )));
        }
    };
    let name = running.private_dns_name.clone();
    name.ok_or_else(|| {
        let what = "has no private DNS name that a node could have";
        refused(format!("{PLACEHOLDER}: the instance {id} {what}"))
    })
}

const PLACEHOLDER: &str = "{{EC2PrivateDNSName}}";
