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
        let what = "{{EC2PrivateDNSName}}: the session is not named after an instance";
        return Err(refused(what.to_owned()));
    };
    let found = instances.find(&id, deadline).await;
    let found = found.map_err(|why| Refusal::Ec2Unavailable {
        facts: Box::new(facts.clone()),
        why,
    })?;
    let account = facts.caller.account();
    let name = match &found {
        Found::Instance(instance) if instance.is_alive && instance.owner == account => {
            instance.private_dns_name.clone()
        }
        Found::Instance(_) | Found::Nothing => None,
    };
    name.ok_or_else(|| {
        refused(format!(
            "{{{{EC2PrivateDNSName}}}}: there is no running instance {id} in the account"
        ))
    })
}
